import type { AddRoutes } from './route-context.ts';

/** The team of the account; test keys see it as well. */
const TEAM = [
  {
    email: 'ada@example.com',
    role: 'admin',
    firstName: 'Ada',
    lastName: 'L',
    company: 'Example',
    isStudioLabeler: false,
    disableRapidEmails: false,
  },
  {
    email: 'bo@example.com',
    role: 'manager',
    firstName: 'Bo',
    lastName: 'M',
    company: 'Example',
    isStudioLabeler: false,
    disableRapidEmails: false,
  },
  {
    email: 'cleo@example.com',
    role: 'labeler',
    firstName: 'Cleo',
    lastName: 'N',
    company: 'Example',
    isStudioLabeler: true,
    disableRapidEmails: false,
  },
] as const;

export const addTeamRoutes: AddRoutes = (app) => {
  app.get('/teams', () => TEAM);
};
