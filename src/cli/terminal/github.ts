// What GitHub Actions reads of a run: annotations and a group of lines; step-summary.ts writes the page of the step.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { variable } from '../../environment.js';
import { printable } from '../../text/printable.js';
import type { Failure } from '../../types/failure.js';
import { printWorkflowCommand } from './print.js';

/** Of one kind in a step; GitHub shows no more. */
const maxAnnotations = 10;
const maxNameLength = 300;

export function isGithub(): boolean {
  return variable('GITHUB_ACTIONS') === 'true';
}

/** An error of the whole command, where people look at a pull request. @returns whether it is told so */
export function annotateError(message: string): boolean {
  if (!isGithub()) return false;
  printWorkflowCommand('error', { title: 'embed' }, message);
  return true;
}

/**
 * Failures of documents, each at its file where that is in the checkout.
 * @param out the output's folder @returns how many of the first are shown; none elsewhere than on GitHub
 */
export function annotateFailures(
  failures: readonly Failure[],
  meaning: (failure: Failure) => string,
  out: string,
): number {
  if (!isGithub()) return 0;
  const shown = failures.slice(0, maxAnnotations);
  for (const failure of shown) {
    const file = fileOf(failure.source, out);
    const title = `embed: ${failure.code}`;
    printWorkflowCommand(
      'error',
      file === undefined ? { title } : { file, title },
      `${printable(failure.source, maxNameLength)}: ${meaning(failure)}`,
    );
  }
  return shown.length;
}

/** A document's file from the top of the checkout; undefined for what is elsewhere. */
function fileOf(source: string, out: string): string | undefined {
  const base = dirname(resolve(out));
  // A record has its file before the #.
  const path = [source, source.replace(/#.*/s, '')]
    .map((name) => resolve(base, name))
    .find((one) => existsSync(one));
  if (path === undefined) return undefined;
  const name = relative(variable('GITHUB_WORKSPACE') ?? process.cwd(), path);
  return name.startsWith('..') || isAbsolute(name) ? undefined : name;
}
