// The public API as the compiler sees it in the declarations that are published: its names, what their signatures
// name in turn, and every member that a user can reach.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** The exported names, without a look at what they are. */
export function publishedNames(file = `${dist}index.d.ts`): string[] {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  const names = statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) throw new Error(`${file} exports something else than names.`);
    const { exportClause } = statement;
    if (!exportClause || !ts.isNamedExports(exportClause)) throw new Error(`${file} exports without a name.`);
    return exportClause.elements.map(({ name }) => name.text);
  });
  return names.sort();
}

/** A name or member of the API, e.g. `BatchConfig.with`, with what its docstring says. */
export interface Member {
  path: string;
  text: string;
  tags: readonly ts.JSDocTagInfo[];
  /** A property that may be left out. */
  optional: boolean;
  declaration: ts.Declaration;
}

/** `dist/index.d.ts`, or another file of declarations beside it. */
export class Declarations {
  readonly #checker: ts.TypeChecker;
  /** By the name under which each is exported; what an alias stands for. */
  readonly #exports = new Map<string, ts.Symbol>();
  /** Exported as types only: no program can call their constructors. */
  readonly #typeOnly = new Set<string>();

  constructor(file = `${dist}index.d.ts`) {
    const program = ts.createProgram([file], {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      types: ['node'],
    });
    this.#checker = program.getTypeChecker();
    const index = this.#checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    for (const exported of this.#checker.getExportsOfModule(index)) {
      this.#exports.set(exported.name, this.#meant(exported));
      const [declaration] = exported.declarations!;
      if (declaration && ts.isTypeOnlyExportDeclaration(declaration)) this.#typeOnly.add(exported.name);
    }
  }

  /** Types and values of ours that signatures name, directly or through others, and that no program can import. */
  unexported(): string[] {
    const known = new Set(this.#exports.values());
    const missing: string[] = [];
    const look = (path: string, node: ts.Node): void => {
      for (const named of this.#namedIn(node)) {
        if (known.has(named)) continue;
        known.add(named);
        missing.push(`${named.name}, of ${path}`);
        for (const declaration of named.declarations!) look(named.name, declaration);
      }
    };
    for (const [name, symbol] of this.#exports) {
      for (const declaration of symbol.declarations!) look(name, declaration);
    }
    return missing.sort();
  }

  /** All exports, their members, and the members of these where they are written out. */
  *members(): Generator<Member> {
    for (const [name, symbol] of this.#exports) {
      yield this.#member(name, symbol);
      for (const declaration of symbol.declarations!) {
        yield* this.#membersIn(name, declaration, this.#typeOnly.has(name));
        if (ts.isInterfaceDeclaration(declaration)) yield* this.#lentTo(name, declaration);
      }
    }
  }

  /** What an interface has from a type that is worked out of others, and so is written out nowhere. */
  *#lentTo(path: string, declaration: ts.InterfaceDeclaration): Generator<Member> {
    const bases = (declaration.heritageClauses ?? []).flatMap(({ types }) => types);
    for (const base of bases.filter(({ expression }) => this.#isOurAlias(expression))) {
      for (const property of this.#checker.getTypeAtLocation(base).getProperties()) {
        yield this.#member(`${path}.${property.name}`, property);
      }
    }
  }

  #isOurAlias(expression: ts.Expression): boolean {
    const symbol = this.#checker.getSymbolAtLocation(expression);
    const meant = symbol && this.#meant(symbol);
    return meant !== undefined && (meant.flags & ts.SymbolFlags.TypeAlias) !== 0 && isOurs(meant);
  }

  *#membersIn(path: string, node: ts.Node, typeOnly: boolean): Generator<Member> {
    for (const child of childrenOf(node)) {
      if (ts.isConstructorDeclaration(child)) {
        if (typeOnly || child.parameters.length === 0) continue;
        const signature = this.#checker.getSignatureFromDeclaration(child)!;
        yield this.#described(`new ${path}`, signature, child);
        yield* this.#membersIn(`new ${path}`, child, typeOnly);
      } else if (isMember(child)) {
        const symbol = this.#checker.getSymbolAtLocation(child.name)!;
        yield this.#member(`${path}.${symbol.name.replace(/^__@(\w+)@\d+$/, '[$1]')}`, symbol);
        yield* this.#membersIn(`${path}.${symbol.name}`, child, typeOnly);
      } else {
        yield* this.#membersIn(path, child, typeOnly);
      }
    }
  }

  #member(path: string, symbol: ts.Symbol): Member {
    return this.#described(path, symbol, symbol.declarations![0]!);
  }

  #described(path: string, what: ts.Symbol | ts.Signature, declaration: ts.Declaration): Member {
    const text = ts.displayPartsToString(what.getDocumentationComment(this.#checker));
    const optional = 'flags' in what && (what.flags & ts.SymbolFlags.Optional) !== 0;
    return { path, text, tags: what.getJsDocTags(this.#checker), optional, declaration };
  }

  *#namedIn(node: ts.Node): Generator<ts.Symbol> {
    for (const child of childrenOf(node)) {
      // What an alias of ours lends is looked at as the interface's own.
      if (ts.isExpressionWithTypeArguments(child) && this.#isOurAlias(child.expression)) continue;
      if (ts.isIdentifier(child) && isReference(child)) {
        const symbol = this.#checker.getSymbolAtLocation(child);
        const meant = symbol && this.#meant(symbol);
        if (meant && isOurs(meant)) yield meant;
      }
      yield* this.#namedIn(child);
    }
  }

  #meant(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

/** Without what a user can't reach: private members, and constructors that are marked as internal. */
function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    if (ts.isClassElement(child)) {
      const { name } = child;
      if (name && ts.isPrivateIdentifier(name)) return;
      if (ts.getCombinedModifierFlags(child) & ts.ModifierFlags.Private) return;
      if (ts.isConstructorDeclaration(child) && ts.getJSDocTags(child).some(isInternal)) return;
    }
    children.push(child);
  });
  return children;
}

function isInternal({ tagName }: ts.JSDocTag): boolean {
  return tagName.text === 'internal';
}

type NamedMember = (ts.PropertySignature | ts.MethodSignature | ts.ClassElement) & { name: ts.PropertyName };

function isMember(node: ts.Node): node is NamedMember {
  return (ts.isTypeElement(node) || ts.isClassElement(node)) && node.name !== undefined;
}

/** Whether a name stands for a type or value, and isn't where one gets its name. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    ts.isTypeReferenceNode(parent) ||
    ts.isExpressionWithTypeArguments(parent) ||
    ts.isTypeQueryNode(parent) ||
    ts.isImportTypeNode(parent) ||
    ts.isQualifiedName(parent)
  );
}

/** Whether a declaration of ours, and no parameter or member, has the name. */
function isOurs({ declarations = [], flags }: ts.Symbol): boolean {
  const kinds =
    ts.SymbolFlags.Class |
    ts.SymbolFlags.Interface |
    ts.SymbolFlags.TypeAlias |
    ts.SymbolFlags.Function |
    ts.SymbolFlags.Variable |
    ts.SymbolFlags.Enum;
  return (flags & kinds) !== 0 && declarations.some((one) => one.getSourceFile().fileName.startsWith(dist));
}
