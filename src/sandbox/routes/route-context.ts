import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';

/** The data set that the request's key opens. */
export type AccountOf = (request: FastifyRequest) => Account;

/** Adds the routes of one area to the server. */
export type AddRoutes = (app: FastifyInstance, accountOf: AccountOf) => void;

/** A path parameter, already percent-decoded. */
export function param(request: FastifyRequest, name: string): string {
  const params: unknown = request.params;
  if (typeof params !== 'object' || params === null) return '';
  const value: unknown = Reflect.get(params, name);
  return typeof value === 'string' ? value : '';
}
