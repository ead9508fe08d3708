// What is told of a setting beside the rule for its values.

export interface About {
  /** Flag as commander writes it; settings without one are set by variable or file only. */
  flag?: string;
  /** Environment variable; an empty one counts as unset. */
  env?: string;
  /** The variable counts only while another setting, declared before this one, has one of these values. */
  envWhile?: { readonly [key in string]?: readonly string[] };
  /** Its flag counts only while another setting has one of these values: otherwise it is refused. */
  flagWhile?: { readonly [key in string]?: readonly string[] };
  /** The same variable in another spelling, read where the first is unset. */
  envToo?: string;
  /** Without one, a setting may be undefined: decided at run time (by the model, by the output). */
  default?: unknown;
  /** The default of `embed serve`, where it has one of its own; it counts as unset there, too. */
  serveDefault?: unknown;
  /** What is in force without a value and without a default. */
  otherwise?: unknown;
  /** The same where it is no value, in words: what decides. */
  decided?: string;
  help: string;
  /** As a configuration file has it, for the example of one; settings without it are not in there. */
  example?: unknown;
  /** Secrets: where this one is sent. */
  secretFor?: SecretUse<string>;
}

/** The long name of a flag as commander writes it: `--out` of `-o, --out <dir>`. */
export function longName(flag: string): string {
  return /--[\w-]+/.exec(flag)![0];
}

/** Where a secret goes, so that one of the environment never goes where only a file of the folder says. */
export interface SecretUse<Key> {
  /** The first of these that is set decides: an address, or a host and its port. None is set: this machine. */
  to: readonly (readonly Key[])[];
  /** It goes nowhere while a setting has one of these values. */
  unless?: { readonly [key in string]?: readonly string[] };
}
