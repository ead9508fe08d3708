// Variables of the environment: the one place where they are read.

/**
 * A variable without the blanks around it: a file of variables with Windows line ends leaves a carriage return
 * behind every value, which no server takes as part of a name or a key.
 * @returns undefined when it is unset, or nothing is left of it
 */
export function variable(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[name]?.trim() || undefined;
}
