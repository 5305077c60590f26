import { describe, expect, it } from 'vitest';
import { planLines } from '../../src/access/consent/plan.ts';
import { peopleLines } from '../../tools/team/people-lines.ts';

function asked(emails: readonly string[]): string {
  return planLines({
    operation: 'Invite team member',
    tool: 'scale_ai_invite_team_member',
    details: peopleLines(emails),
    mode: 'live',
    effect: 'create',
    consequences: ['grants_access'],
    allows: 'this call, once',
  }).join('\n');
}

describe('a question about people', () => {
  it('names every one of many, in quotes', () => {
    const emails = Array.from({ length: 60 }, (_, index) => `labeler-${index}@company.example`);
    const question = asked([...emails, 'somebody@elsewhere.example']);
    for (const email of emails) expect(question).toContain(`"${email}"`);
    expect(question).toContain('"somebody@elsewhere.example"');
    expect(question).toContain('People: 61, all of them below');
  });

  it('shows an address to its end', () => {
    const long = `${'a'.repeat(120)}@company.example.elsewhere.example`;
    expect(asked([long])).toContain(`People: "${long}"`);
  });

  it('makes visible what an address hides', () => {
    expect(asked(['bo\u202e@company.example'])).toContain('"bo\\u{202e}@company.example"');
  });
});
