declare const __VERSION__: string | undefined;

/** The package's version; written in by the build. */
export const VERSION = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
