// The only place that reads variables of the environment.

/**
 * A variable without blanks around it: a file of variables with Windows line ends leaves a carriage return after every
 * value.
 * @returns undefined when it is unset or blank
 */
export function variable(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[name]?.trim() || undefined;
}
