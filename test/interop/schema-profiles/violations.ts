import { placesIn } from './place.ts';
import { RULES } from './rules.ts';
import type { Effect, Profile } from './profile.ts';
import type { RuleId } from './rules.ts';

interface Listed {
  name: string;
  inputSchema: unknown;
}

interface Violation {
  rule: RuleId;
  /** The tool's name and the path of the argument. */
  where: string;
  effect: Effect;
  /** All of it in a line. */
  says: string;
}

/** What of a listed tool an API or a converter does not take as it is. */
export function violationsOf({ name, inputSchema }: Listed, profile: Profile): Violation[] {
  return placesIn(inputSchema).flatMap((place) =>
    rulesOf(profile)
      .filter(({ rule }) => RULES[rule].isBroken(place))
      .map(({ rule, effect, what }) => {
        const where = `${name}${place.path}`;
        const says = `${profile.name}: ${where} ${RULES[rule].keyword}: ${effect}, ${what}`;
        return { rule, where, effect, says };
      }),
  );
}

function rulesOf({ forms }: Profile): { rule: RuleId; effect: Effect; what: string }[] {
  return (Object.keys(RULES) as RuleId[]).flatMap((rule) => {
    const form = forms[rule];
    return form ? [{ rule, effect: form[0], what: form[1] }] : [];
  });
}

/** Names of the tool and its arguments, at any depth, that an API or a host does not take. */
export function badNames(
  { name, inputSchema }: Listed,
  { toolName, argumentName, ...profile }: Profile,
): string[] {
  const full = `${toolName?.prefix ?? ''}${name}`;
  const tool = toolName && !toolName.pattern.test(full) ? [full] : [];
  const args = placesIn(inputSchema).flatMap((place) =>
    argumentName && place.name !== undefined && !argumentName.test(place.name)
      ? [`${name}${place.path}`]
      : [],
  );
  return [...tool, ...args].map((one) => `${profile.name}: ${one}`);
}
