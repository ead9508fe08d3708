#!/usr/bin/env node
// Starts the bundle (scripts/bundle.js), or the modules that it is made of where they were compiled again since.
import { statSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const changedMs = (name) => statSync(new URL(name, dist), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isCurrent = changedMs('program/main.js') > changedMs('.tsbuildinfo');
await import(new URL(isCurrent ? 'program/main.js' : 'cli/main.js', dist).href);
