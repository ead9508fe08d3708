// A root as the walk sees it, and the settings that all of them share.
import type { OnSkip, OnUnheeded, TreeSettings } from './folder.js';
import type { Root } from './paths/roots.js';
import { bothOf, compileGlobs, type Globs } from './rules/include-exclude.js';
import { type RawPath, rawFolder, rawSourceOf } from './sources/source-name.js';
import type { RootProgress } from './walk-tree.js';

export interface WalkSettings {
  /** The output's parent folder. */
  readonly base: RawPath;
  /** Real path of the output. */
  readonly output: RawPath;
  readonly globs: Globs;
  readonly gitignore: boolean;
  readonly follow: boolean;
  readonly generated: boolean;
  readonly onSkip: OnSkip<RawPath>;
  readonly onUnheeded?: OnUnheeded<RawPath> | undefined;
  /** Called with the patterns of a root's own. */
  readonly onOwn: (globs: Globs) => void;
}

export interface Start {
  root: Root;
  path: RawPath;
  /** Its source, raw. */
  key: RawPath;
  progress: RootProgress;
}

/** The settings for one root. */
export function settingsOf({ own }: Root, settings: WalkSettings): WalkSettings {
  if (own === undefined || own.include.length + own.exclude.length === 0) return settings;
  const globs = compileGlobs(own.include, own.exclude);
  settings.onOwn(globs);
  return { ...settings, globs: bothOf(settings.globs, globs) };
}

export function startOf(root: Root, base: RawPath): Start {
  const path = rawFolder(root.path);
  return {
    root,
    path,
    key: rawSourceOf(path, base),
    progress: { label: root.label, open: 1, complete: true },
  };
}

export function treeSettings(path: RawPath, settings: WalkSettings): Omit<TreeSettings, 'rootLength'> {
  return {
    globs: settings.globs,
    gitignore: settings.gitignore,
    follow: settings.follow,
    generated: settings.generated,
    nodeModules: `${path}/`.includes('/node_modules/'),
    hidden: false,
    output: settings.output,
    base: settings.base,
  };
}
