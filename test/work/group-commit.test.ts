import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../src/work/jobs/group-commit.ts';

describe('a group commit', () => {
  it('writes together what comes within a turn, and what is added just when a group was written', async () => {
    const groups: (readonly number[])[] = [];
    const commit = new GroupCommit<number>(async (group) => void groups.push(group));
    await Promise.all([commit.add(1), commit.add(2)]);
    await commit.add(3);
    await Promise.all([commit.add(4).then(() => commit.add(5)), commit.add(6)]);
    expect(groups).toEqual([[1, 2], [3], [4, 6], [5]]);
  });

  it('loses none of a thousand that are added one after the other, in whatever moment', async () => {
    let written = 0;
    const commit = new GroupCommit<number>(async (group) => {
      await nextTurn();
      written += group.length;
    });
    const add = async (lane: number): Promise<void> => {
      for (let count = 0; count < 100; count += 1) {
        await commit.add(lane);
        if (count % 3 === lane % 3) await nextTurn();
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, lane) => add(lane)));
    expect(written).toBe(1_000);
  });

  it('tells all of a group that it could not be written, and goes on with the next', async () => {
    let isFull = true;
    const commit = new GroupCommit<number>(async () => {
      if (isFull) throw new Error('the disk is full');
    });
    const failed = await Promise.allSettled([commit.add(1), commit.add(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isFull = false;
    await commit.add(3);
  });
});
