import * as z from 'zod';
import { SETTING_NAMES, Settings, metaOf } from './settings.ts';

/** JSON Schema of the configuration file. */
export function configFileSchema(): Record<string, unknown> {
  const inFile = SETTING_NAMES.filter((name) => metaOf(name).inFile);
  const schema = z.toJSONSchema(Settings, { io: 'input', unrepresentable: 'any' });
  const properties = inFile.map((name) => {
    const { default: fallback, ...property } =
      schema.properties?.[name] instanceof Object ? schema.properties[name] : {};
    const shown = name === 'state_dir' || fallback === undefined ? {} : { default: fallback };
    return [name, { ...property, ...shown, description: metaOf(name).description }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of scale-ai-mcp',
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}
