// Notices and warnings of a command, which `--json` has, too.
import { maskAddresses } from '../../text/masked-address.js';
import type { NoticeCode } from '../../types/notice-code.js';

export interface ToldNotice {
  level: 'notice' | 'warning';
  code: NoticeCode;
  /** A sentence, without passwords. */
  message: string;
}

/** Kept; a command that runs for days tells more. */
const maxKept = 100;
const maxMessageLength = 2000;

let told: ToldNotice[] = [];

export function keepNotice(level: ToldNotice['level'], code: NoticeCode, message: string): void {
  if (told.length >= maxKept) return;
  told.push({ level, code, message: maskAddresses(message).slice(0, maxMessageLength) });
}

/** Those since the command began, the first ones. */
export function keptNotices(): readonly ToldNotice[] {
  return told;
}

/** A command begins. */
export function forgetNotices(): void {
  told = [];
}
