import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { serverJson } from '../../scripts/packages/server-json.ts';

/**
 * https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json, copied from modelcontextprotocol/static
 * at a9ba437d9fbbe92076a24b20d56449ac7c7786ac (MIT License).
 */
const SCHEMA = new URL('server.schema.json', import.meta.url);

describe('the entry of the MCP registry', () => {
  it('is what the registry’s schema asks for', async () => {
    const schema: object = JSON.parse(await readFile(SCHEMA, 'utf8'));
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(serverJson());
    expect(validate.errors).toBeNull();
    expect(validate({ ...serverJson(), description: 'x'.repeat(101) })).toBe(false);
  });

  it('asks for the key as a secret', () => {
    expect(JSON.stringify(serverJson())).toContain('"name":"SCALE_API_KEY"');
    expect(serverJson()).toMatchObject({
      packages: [
        { environmentVariables: [{ name: 'SCALE_API_KEY', isSecret: true }, {}, {}, {}, {}, {}, {}] },
      ],
    });
  });
});
