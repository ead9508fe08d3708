// Families of programming languages: patterns for definitions, comments and attributes at the start of a line. A
// pattern sees one line without its indent, cut to a few hundred characters.

export interface Language {
  extensions: readonly string[];
  /** Whole file names, lower case. */
  names?: readonly string[];
  /**
   * Lines that open a definition. The group `name` is its title; a group `kind` (class, struct …) is put before it, and
   * so is a group `owner` (the type of a method), with a dot.
   */
  definitions: readonly RegExp[];
  /** The same, only for lines inside another definition. */
  members?: readonly RegExp[];
  /** Names for other statements, where they are long. */
  statements?: readonly RegExp[];
  /** Lines that belong to the definition below them: comments, decorators, attributes. */
  leading: RegExp;
  /** Where a definition without an indent ends: at a blank line, or at the next definition. */
  goesOn?: 'to blank' | 'to next';
  /** Has comments that open with `/*`. */
  blockComments?: boolean;
  /** Has documentation between lines such as `=head1 NAME` and `=cut`. */
  pod?: boolean;
  /** Has strings over many lines in three quotes. */
  tripleQuotes?: boolean;
}

const modifiers =
  '(?:(?:export|default|declare|public|private|protected|internal|fileprivate|open|static|final|abstract|sealed|' +
  'partial|async|override|virtual|inline|readonly|unsafe|extern|data|inner|suspend|mutating|synchronized|' +
  'native|implicit|lazy|operator|infix|tailrec|required|convenience|indirect|case|value|const|constexpr|friend|typedef|external|factory)\\s+)*';
const notControl =
  '(?!(?:if|else|for|foreach|while|switch|catch|return|throw|new|do|try|using|lock|await|yield|case|delete|goto|with|' +
  'function|super|this|assert|defer|guard|match|when|select|typedef)\\b)';
const cComment = /^(?:\/\/|\/\*)/;

const line = (pattern: string): RegExp => new RegExp(`^${pattern}`);

const javascript: Language = {
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte'],
  definitions: [
    line(`${modifiers}(?<kind>class|interface|enum|namespace|module)\\s+(?<name>[\\w$."']+)`),
    line(`${modifiers}function\\s*\\*?\\s*(?<name>[\\w$]+)`),
    line(
      `(?:export\\s+)?(?:const|let|var)\\s+(?<name>[\\w$]+)[^=]*=\\s*(?:async\\b\\s*)?(?:function\\b|(?:\\([^()]*\\)|[\\w$]+)[^=(]*=>|\\($)`,
    ),
    line('(?:describe|it|test|suite|context|bench)(?:\\.\\w+)*\\(\\s*[\'"`](?<name>[^\'"`]+)'),
    line('(?:module\\.)?exports\\.(?<name>[\\w$]+)\\s*=\\s*(?:async\\b\\s*)?(?:function\\b|\\()'),
    line('(?<name>[\\w$]+(?:\\.[\\w$]+)+)\\s*=\\s*(?:async\\s+)?function\\b'),
    // The parts of a component of Vue or Svelte.
    line('<(?<name>template|script|style)(?:\\s[^<>]*)?>$'),
  ],
  members: [
    line(
      `${notControl}${modifiers}(?:(?:get|set)\\s+)?\\*?(?<name>#?[\\w$]+|\\[[^\\]]*\\])\\s*(?:<[^>]*>)?\\((?!.*=>\\s*\\{$).*\\{$`,
    ),
    line(
      `${notControl}(?:(?:public|private|protected|static|async|override|get|set)\\s+)+(?<name>#?[\\w$]+)\\s*(?:<.*)?\\($`,
    ),
    line('(?<name>constructor)\\($'),
  ],
  statements: [
    line(`${modifiers}(?:const|let|var|type)\\s+(?<name>[\\w$]+)`),
    line('module\\.(?<name>exports)'),
  ],
  leading: /^(?:\/\/|\/\*|@\w)/,
  blockComments: true,
};

const python: Language = {
  extensions: ['.py', '.pyi', '.pyw', '.pyx', '.pxd', '.gd', '.nim', '.bzl', '.star'],
  names: ['sconstruct', 'build.bazel'],
  definitions: [
    line('(?:export\\s+)?(?<kind>class)\\s+(?<name>\\w+)'),
    line('(?:async\\s+|static\\s+|cdef\\s+|cpdef\\s+)*(?:def|func|proc)\\s+(?<name>\\w+)'),
  ],
  statements: [line('(?<name>[A-Za-z_]\\w*)\\s*(?::[^=]+)?=[^=]')],
  leading: /^[#@]/,
  tripleQuotes: true,
};

const cFamily: Language = {
  extensions: [
    '.c',
    '.h',
    '.cc',
    '.cpp',
    '.cxx',
    '.hh',
    '.hpp',
    '.hxx',
    '.inl',
    '.ino',
    '.m',
    '.mm',
    '.cu',
    '.cuh',
    '.glsl',
  ],
  definitions: [
    line(
      `${modifiers}(?:enum\\s+)?(?<kind>class|struct|union|enum|namespace)\\s+(?:[A-Z_]+\\s+)?(?<name>[\\w:]+)[^;=()]*$`,
    ),
    line(`${notControl}[A-Za-z_][\\w\\s*&:<>,]*[\\s*&](?<name>[~\\w:]+)\\s*\\((?!.*;\\s*$)`),
    line(`${notControl}(?<name>[a-z_]\\w*)\\s*\\(.*[){]$`),
    line('@(?<kind>interface|implementation|protocol)\\s+(?<name>\\w+)'),
    line('[-+]\\s*\\([^)]*\\)\\s*(?<name>\\w+)'),
    line('#\\s*define\\s+(?<name>\\w+).*\\\\$'),
  ],
  members: [line(`${notControl}${modifiers}(?<name>~?[A-Z]\\w*)\\s*\\((?!.*;\\s*$)`)],
  statements: [line('#\\s*define\\s+(?<name>\\w+)')],
  // A line of words alone is the return type of the definition below it.
  leading:
    /^(?:\/\/|\/\*|#\s*(?:if|ifdef|ifndef|elif|else|pragma|undef)\b|template\b|\[\[|__attribute__|(?!else\b|do\b)[A-Za-z_][\w \t*]*$)/,
  blockComments: true,
};

const javaFamily: Language = {
  extensions: [
    '.java',
    '.kt',
    '.kts',
    '.scala',
    '.sc',
    '.groovy',
    '.gradle',
    '.cs',
    '.swift',
    '.dart',
    '.php',
    '.hack',
    '.sol',
    '.zig',
    '.v',
    '.proto',
    '.thrift',
    '.graphql',
    '.gql',
    '.prisma',
    '.tf',
    '.hcl',
    '.wgsl',
  ],
  names: ['jenkinsfile'],
  definitions: [
    line(
      `${modifiers}(?<kind>class|interface|enum|struct|trait|protocol|extension|namespace|object|record|union|contract|` +
        'library|service|message|mixin|actor|type|input|model|module)\\s+"?(?<name>[\\w.\\\\]+)',
    ),
    line('(?<kind>resource|data|provider|variable|output)\\s+(?<name>"[\\w.-]+"(?:\\s+"[\\w.-]+")?)\\s*\\{'),
    line(
      `${modifiers}(?:pub\\s+)?(?:fun|func|fn|def|function|rpc)\\s+(?:<[^>]*>\\s*)?(?:[\\w<>?]+\\.)?&?(?<name>\\w+)`,
    ),
  ],
  members: [
    line(
      `${notControl}${modifiers}(?:<[^>]+>\\s+)?[\\w.]+(?:<[\\w.<>\\[\\],? &]*>)?[\\[\\]?]*\\s+(?<name>\\w+)\\s*(?:<[\\w<>, ]*>)?\\((?!.*;\\s*$)`,
    ),
    line(`(?:public|private|protected|internal|convenience|required)\\s+(?<name>\\w+)\\s*\\((?!.*;\\s*$)`),
    line('(?<name>init|deinit|constructor)\\b\\s*[({]'),
    line(`${modifiers}var\\s+(?<name>\\w+)\\s*:[^={]*\\{$`),
    line(`${modifiers}(?<name>companion object(?:\\s+\\w+)?)\\b`),
  ],
  leading: /^(?:\/\/|\/\*|#|@\w|\[\w)/,
  blockComments: true,
};

const go: Language = {
  extensions: ['.go'],
  definitions: [
    line('func\\s+(?:\\(\\s*(?:\\w+\\s+)?\\*?(?<owner>\\w+)[^)]*\\)\\s*)?(?<name>\\w+)'),
    line('(?<kind>type)\\s+(?<name>\\w+)'),
  ],
  statements: [line('(?:var|const)\\s+(?<name>\\w+)')],
  leading: cComment,
  blockComments: true,
};

const rust: Language = {
  extensions: ['.rs'],
  definitions: [
    line(
      '(?:pub(?:\\([^)]*\\))?\\s+)?(?:(?:default|const|async|unsafe)\\s+)*(?:extern\\s+"[^"]*"\\s+)?fn\\s+(?<name>\\w+)',
    ),
    line('(?:pub(?:\\([^)]*\\))?\\s+)?(?:unsafe\\s+)?(?<kind>struct|enum|trait|union|mod)\\s+(?<name>\\w+)'),
    line('(?:unsafe\\s+)?(?<kind>impl)(?:<[^>]*>)?\\s+(?<name>[^{]*[^{\\s])'),
    line('(?<kind>macro_rules!)\\s*(?<name>\\w+)'),
  ],
  statements: [line('(?:pub(?:\\([^)]*\\))?\\s+)?(?:const|static|type)\\s+(?<name>\\w+)')],
  leading: /^(?:\/\/|\/\*|#!?\[)/,
  blockComments: true,
};

const rubyFamily: Language = {
  extensions: [
    '.rb',
    '.rake',
    '.gemspec',
    '.cr',
    '.lua',
    '.ex',
    '.exs',
    '.jl',
    '.sh',
    '.bash',
    '.zsh',
    '.fish',
    '.ksh',
    '.pl',
    '.pm',
    '.r',
    '.ps1',
    '.psm1',
    '.tcl',
    '.awk',
    '.vim',
    '.nix',
    '.bat',
    '.cmd',
  ],
  names: [
    'rakefile',
    'gemfile',
    'podfile',
    'vagrantfile',
    'brewfile',
    'pkgbuild',
    '.bashrc',
    '.zshrc',
    '.profile',
  ],
  definitions: [
    line('=head\\d\\s+(?<name>.{1,80})'),
    line('(?:abstract\\s+|mutable\\s+)?(?<kind>class|module|defmodule|struct|package)\\s+(?<name>[\\w.:]+)'),
    line('(?:local\\s+)?(?:def|defp|defmacro|function!?|sub|proc|macro)\\s+(?<name>[\\w.:?!-]+)'),
    line('(?<name>[\\w.:-]+)\\s*\\(\\)\\s*\\{?\\s*$'),
    line('(?<name>[\\w.]+)\\s*(?:<-|=)\\s*function\\b'),
    line('(?:describe|context|it|test|task)\\s*\\(?\\s*[\'":](?<name>[^\'"]+)'),
  ],
  leading: /^(?:#|--|@\w|%|REM\b)/i,
  pod: true,
};

const functional: Language = {
  goesOn: 'to blank',
  extensions: [
    '.hs',
    '.lhs',
    '.ml',
    '.mli',
    '.elm',
    '.fs',
    '.fsx',
    '.fsi',
    '.purs',
    '.idr',
    '.agda',
    '.lean',
    '.erl',
    '.hrl',
    '.clj',
    '.cljs',
    '.cljc',
    '.edn',
    '.el',
    '.lisp',
    '.scm',
    '.rkt',
    '.ss',
  ],
  definitions: [
    line("(?<name>[a-z_][\\w']*)\\s*::"),
    line("(?:let|val|def|theorem|lemma)\\s+(?:rec\\s+|inline\\s+)?(?<name>[\\w'.]+)"),
    line("(?<kind>data|newtype|class|instance|module|type|structure|inductive)\\s+(?<name>[\\w'.]+)"),
    line('\\((?:def\\S*|define\\S*)\\s+\\(?(?<name>[^\\s()]+)'),
    line('(?<name>[a-z]\\w*)\\([^)]*\\)\\s*(?:when\\b.*)?->'),
  ],
  leading: /^(?:--|\(\*|;|%|\/\/|@\w|\[<)/,
};

const keys: Language = {
  goesOn: 'to next',
  extensions: ['.mk', '.cmake', '.dockerfile', '.env', '.ninja'],
  names: ['makefile', 'gnumakefile', 'dockerfile', 'cmakelists.txt', 'justfile', 'procfile'],
  definitions: [
    line('["\']?(?<name>[\\w./%$()-]+)["\']?\\s*::?(?:\\s|$)'),
    line('(?<kind>FROM)\\s+(?<name>\\S+)'),
    line('(?:function|macro)\\((?<name>\\w+)'),
  ],
  leading: /^#/,
};

const sql: Language = {
  goesOn: 'to blank',
  extensions: ['.sql', '.ddl', '.psql'],
  definitions: [
    line(
      '(?:create|CREATE)\\s+(?:(?:or|OR)\\s+(?:replace|REPLACE)\\s+)?(?:\\w+\\s+)*?' +
        '(?<kind>table|view|function|procedure|trigger|index|type|TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|INDEX|TYPE)\\s+' +
        '(?:(?:if|IF)\\s+(?:not|NOT)\\s+(?:exists|EXISTS)\\s+)?(?<name>[\\w."`]+)',
    ),
  ],
  leading: /^(?:--|\/\*)/,
  blockComments: true,
};

const styles: Language = {
  extensions: ['.css', '.scss', '.sass', '.less', '.styl'],
  definitions: [
    line('(?<name>[^{};@/][^{};]*)\\{'),
    line('(?<name>@(?:media|mixin|keyframes|layer|supports)[^{;]*)'),
  ],
  leading: cComment,
  blockComments: true,
};

/** All other files: only blank lines and indents count. */
const other: Language = {
  extensions: [
    '.xsl',
    '.xsd',
    '.asm',
    '.s',
    '.f',
    '.f90',
    '.f95',
    '.for',
    '.pas',
    '.pp',
    '.d',
    '.ada',
    '.adb',
    '.ads',
    '.vb',
    '.bas',
    '.cob',
    '.cbl',
    '.vhd',
    '.vhdl',
    '.sv',
    '.m4',
    '.ac',
    '.patch',
    '.diff',
    '.j2',
    '.hbs',
    '.mustache',
    '.ejs',
    '.erb',
    '.pug',
    '.twig',
  ],
  definitions: [
    line(`${modifiers}(?<kind>class|struct|module|package|interface|entity|architecture)\\s+(?<name>\\w+)`),
    line('(?:subroutine|function|procedure|program|sub)\\s+(?<name>\\w+)'),
  ],
  leading: /^(?:\/\/|\/\*|--|;|!|#|')/,
};

/** All endings and names of files. */
export const languages: readonly Language[] = [
  javascript,
  python,
  cFamily,
  javaFamily,
  go,
  rust,
  rubyFamily,
  functional,
  keys,
  sql,
  styles,
  other,
];

/** JSON that isn't a list of records: its keys, from any depth. */
export const jsonLanguage: Language = {
  extensions: [],
  definitions: [line('"(?<name>[^"\\\\]+)"\\s*:\\s*[{[]')],
  leading: cComment,
};

/** JSON5: keys need no quotes, or have single ones. */
export const json5Language: Language = {
  extensions: [],
  definitions: [line('["\']?(?<name>[^"\'\\\\:{}[\\],]+)["\']?\\s*:\\s*[{[]')],
  leading: cComment,
  blockComments: true,
};

const byName = new Map<string, Language>();
for (const language of languages) {
  for (const key of [...language.extensions, ...(language.names ?? [])]) byName.set(key, language);
}

/** The family of a file, by the last part of its name. */
export function languageOf(fileName: string): Language {
  const name = fileName.slice(fileName.lastIndexOf('/') + 1).toLowerCase();
  return byName.get(name) ?? byName.get(name.slice(name.lastIndexOf('.'))) ?? other;
}
