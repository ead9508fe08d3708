// Names of generated files, and names that only look like them.
import { expect, test } from 'vitest';
import { isGeneratedName } from '../../../../src/documents/walk/rules/generated-names.js';

test.each(
  (
    'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock composer.lock Gemfile.lock ' +
    'Cargo.lock poetry.lock Pipfile.lock uv.lock pdm.lock go.sum mix.lock pubspec.lock Podfile.lock Package.resolved ' +
    'packages.lock.json gradle.lockfile flake.lock .terraform.lock.hcl stack.yaml.lock MODULE.bazel.lock pylock.dev.toml ' +
    'app.min.js app-min.css app.min.mjs app.js.map style.css.map index.d.ts.map app.min.js.map tsconfig.tsbuildinfo ' +
    'search_index.json search-index1.70.0.js search_data-0A1B2C3D.js en.search-data.min.0a1b2c3d.json compile_commands.json ' +
    'member-search-index.js navtreeindex12.js lunr-index-1700000000.json'
  ).split(' '),
)('%s is generated', (name) => {
  expect(isGeneratedName(name)).toBe(true);
});

test.each(
  (
    'package.json Cargo.toml go.mod lock.yml locks.md clock.js admin.js app.js minify.js min.js search.js search.md index.json ' +
    'searchIndex.js search-index.js searchData.js menuData.js map.md site.map roadmap.txt sidebar.js searching.js my-searchindex.md requirements.txt lockfile.ts package-lock.md'
  ).split(' '),
)('%s is not', (name) => {
  expect(isGeneratedName(name)).toBe(false);
});
