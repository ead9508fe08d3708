// What the directives of docutils and Sphinx mean for a text.

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Boxes, with the labels that they are shown with. */
const labels: Readonly<Record<string, string>> = {
  note: 'Note',
  warning: 'Warning',
  tip: 'Tip',
  hint: 'Hint',
  important: 'Important',
  caution: 'Caution',
  danger: 'Danger',
  attention: 'Attention',
  error: 'Error',
  seealso: 'See also',
  todo: 'Todo',
};
const changes: Readonly<Record<string, string>> = {
  versionadded: 'Added in version',
  versionchanged: 'Changed in version',
  deprecated: 'Deprecated since version',
  'deprecated-removed': 'Deprecated since version',
  versionremoved: 'Removed in version',
};
const code = words(
  'code code-block sourcecode parsed-literal math prompt ipython doctest testcode testoutput productionlist console literal ' +
    'terminal graphviz digraph graph mermaid uml jupyter-execute testsetup',
);
/** They set or insert something, and show no words of their own. */
const silent = words(
  'toctree contents index currentmodule highlight default-role default-domain include literalinclude sectnum section-numbering ' +
    'target-notes role title header footer meta tabularcolumns rst-class class-name module py:module program ' +
    'sectionauthor codeauthor moduleauthor testcleanup automodule inheritance-diagram autosummary date bibliography raw-html ' +
    'setting templatetag templatefilter fieldlookup highlightlang cssclass acks-end py:currentmodule c:namespace option-end',
);
/** Their argument says when or how their content is shown. */
const wrapping = words('only ifconfig container grid grid-item hlist');
const images = words('image figure');
/** Descriptions of functions, options and other things with names: sections under them. */
const objects = words(
  'function class method attribute data exception decorator decoratormethod classmethod staticmethod abstractmethod property ' +
    'coroutinefunction coroutinemethod awaitablefunction awaitablemethod option cmdoption envvar object describe confval ' +
    'django-admin django-admin-option opcode pdbcommand 2to3fixer macro type var member struct enum enumerator union cfunction ' +
    'cmember cmacro ctype cvar audit-event command variable prop_tgt prop_dir',
);

export type DirectiveKind =
  | 'box'
  | 'change'
  | 'code'
  | 'silent'
  | 'image'
  | 'table'
  | 'list-table'
  | 'csv-table'
  | 'raw'
  | 'object'
  | 'look'
  | 'text';

/** `.. class:: wide-table`, for how something looks; a class of a program has another name, or a signature. */
const look = /^[a-z][a-z\d]*(?:[- ][a-z\d-]+)*$/;

/** A directive with a domain (`py:function`) describes an object, unless it is known to do something else. */
export function kindOf(directive: string, argument: string, hasContent: boolean): DirectiveKind {
  const name = directive.toLowerCase();
  if (name === 'class' && look.test(argument) && (argument.includes('-') || !hasContent)) return 'look';
  if (wrapping.has(name)) return 'look';
  const bare = name.slice(name.lastIndexOf(':') + 1);
  if (name in labels || name === 'admonition') return 'box';
  if (name in changes) return 'change';
  if (code.has(name)) return 'code';
  if (silent.has(name)) return 'silent';
  if (images.has(name)) return 'image';
  if (name === 'table' || name === 'list-table' || name === 'csv-table') return name;
  if (name === 'raw') return 'raw';
  if (objects.has(bare) || (name.includes(':') && hasContent)) return 'object';
  return 'text';
}

export function labelOf(directive: string): string {
  return labels[directive.toLowerCase()] ?? '';
}

/** "Changed in version 3.8": how Sphinx shows it. */
export function changeOf(directive: string, version: string): string {
  return `${changes[directive.toLowerCase()]} ${version}`.trim();
}

/** What stands in front of the names of objects. */
export function objectPrefix(directive: string): string {
  const bare = directive.toLowerCase().slice(directive.lastIndexOf(':') + 1);
  switch (bare) {
    case 'class':
    case 'exception':
      return `${bare} `;
    case 'classmethod':
    case 'staticmethod':
    case 'property':
      return `${bare} `;
    case 'decorator':
    case 'decoratormethod':
      return '@';
    default:
      return '';
  }
}
