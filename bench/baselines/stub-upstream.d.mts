import type { MockAgent } from 'undici';

export const ORIGIN: string;
export function stubUpstream(): MockAgent;
