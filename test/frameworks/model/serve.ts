/** The stub by itself, for trying a program by hand: `npx tsx test/frameworks/model/serve.ts script.json 4010`. */
import { readFile } from 'node:fs/promises';
import { startModel } from './start-model.ts';

const [file, port = '4010'] = process.argv.slice(2);
const model = await startModel(Number(port));
if (file !== undefined) model.play(JSON.parse(await readFile(file, 'utf8')));
console.log(`${model.url}  PUT /_model/script  GET /_model/exchanges`);
