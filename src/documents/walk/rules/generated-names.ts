// Names of generated files, where a name is a convention: lock files, minified code, source maps, and search indexes of
// documentation generators. Other generated files are known by their content (src/documents/generated), also those whose
// names people give to files that they write (`searchIndex.js`).

/** Lock files that don't end in `.lock`. */
const lockFiles = [
  'package-lock.json npm-shrinkwrap.json pnpm-lock.yaml pnpm-lock.yml bun.lockb',
  'conda-lock.yml conda-lock.yaml pylock.toml gems.locked go.sum go.work.sum cartfile.resolved package.resolved',
  'packages.lock.json project.assets.json project.lock.json gradle.lockfile buildscript-gradle.lockfile',
  'cabal.project.freeze dub.selections.json lazy-lock.json vcpkg-lock.json cpanfile.snapshot lake-manifest.json',
  'aqua-checksums.json',
];

/** Search indexes and menus of Sphinx, MkDocs, rustdoc, Javadoc, Doxygen, Haddock, Docusaurus and others. */
const searchIndexes = [
  'searchindex.json search_index.json search-index.json fullsearchindex.json inkuire-db.json',
  'search-data.json zzzz-search-data.json search-doc.json lunr-index.json doc-index.json',
  'member-search-index.js type-search-index.js package-search-index.js module-search-index.js tag-search-index.js',
];

/** What CMake leaves in a folder that it builds in, and what it tells editors. */
const builds = ['cmakecache.txt cmake_install.cmake ctesttestfile.cmake compile_commands.json'];

const generatedNames = new Set(
  [...lockFiles, ...searchIndexes, ...builds].flatMap((line) => line.split(' ')),
);

/** With `.lock.json` and the like, which also name locks. */
const patterns = [
  /\.lock(?:\.(?:json|ya?ml|toml|hcl))?$/,
  /^pylock\..+\.toml$/,
  /\.opam\.locked$/,
  /[.-]min\.(?:[cm]?js|css)$/,
  /\.(?:[cm]?[jt]sx?|css|s[ac]ss|less|html?|vue|svelte|wasm)\.map$/,
  /\.tsbuildinfo$/,
  /^searchindex-[\w.-]+\.json$/,
  /^search-index\d[\d.]*\.js$/,
  /^search[_-](?:data|items|index)-[\da-f]{6,}\.js(?:on)?$/,
  /^sidebar_items-[\da-f]{6,}\.js$/,
  /^(?:lunr-index|search-doc)-\d+\.json$/,
  /^(?:[a-z-]+\.)?search-data(?:\.min)?\.[\da-f]{6,}\.json$/,
  /^navtreeindex\d+\.js$/,
  /^@localsearchindex/,
];

/** Whether a file of this name was made by a program, from other files. */
export function isGeneratedName(name: string): boolean {
  const lower = name.toLowerCase();
  return generatedNames.has(lower) || patterns.some((pattern) => pattern.test(lower));
}
