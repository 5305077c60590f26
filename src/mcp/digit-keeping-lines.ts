import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { withLongNumbersQuoted } from '../json/lossless-json.ts';

/** Of one message; the transport refuses more. */
const MAX_LINE_LENGTH = 10 * 1024 * 1024;

/**
 * Messages of a stream, one on each line, with the numbers in quotes that `JSON.parse` would change.
 *
 * @param linesFor the lines that stand for one that came; none to drop it
 */
export function digitKeepingLines(linesFor: (line: string) => string[] = (line) => [line]): Transform {
  const decoder = new StringDecoder('utf8');
  let started = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const [first = '', ...others] = decoder.write(chunk).split('\n');
      started += first;
      for (const other of others) {
        for (const line of linesFor(withLongNumbersQuoted(started))) this.push(`${line}\n`);
        started = other;
      }
      if (started.length > MAX_LINE_LENGTH) {
        this.push(started);
        started = '';
      }
      done();
    },
    flush(done) {
      const last = started + decoder.end();
      // A host that ends its input may leave out the line break of its last message.
      if (last.trim() !== '')
        for (const line of linesFor(withLongNumbersQuoted(last))) this.push(`${line}\n`);
      done();
    },
  });
}
