// Commands of LaTeX that stand for characters.

const greek =
  'alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ ' +
  'sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω';
const signs =
  'leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ∼ times × cdot · pm ± mp ∓ div ÷ infty ∞ sum ∑ prod ∏ int ∫ partial ∂ nabla ∇ ' +
  'sqrt √ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ forall ∀ exists ∃ neg ¬ wedge ∧ vee ∨ to → rightarrow → leftarrow ← Rightarrow ⇒ ' +
  'Leftrightarrow ⇔ mapsto ↦ ell ℓ hbar ℏ circ ∘ bullet • star ⋆ dagger † ddagger ‡ ldots … dots … cdots ⋯ prime ′ degree ° langle ⟨ rangle ⟩ ' +
  'emptyset ∅ propto ∝ perp ⊥ parallel ∥ oplus ⊕ otimes ⊗ colon : mid | ' +
  'ss ß ae æ AE Æ oe œ OE Œ aa å AA Å o ø O Ø l ł L Ł i ı j ȷ S § P ¶ pounds £ copyright © textcopyright © texttrademark ™ textregistered ® euro € texteuro € ' +
  "textendash – textemdash — textbackslash \\ textasciitilde ~ textasciicircum ^ textbar | textless < textgreater > textquotesingle ' " +
  'textbullet • textdegree ° textellipsis … lbrace { rbrace } LaTeX LaTeX TeX TeX LaTeXe LaTeX2e BibTeX BibTeX';

function pairs(list: string): [string, string][] {
  const words = list.split(' ');
  return words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1] ?? '']] : [])) as [string, string][];
}

export const characters: ReadonlyMap<string, string> = new Map([
  ...pairs(greek),
  ...pairs(signs),
  ...[
    'quad',
    'qquad',
    'thinspace',
    'enspace',
    'space',
    'newline',
    'linebreak',
    'hfill',
    'tabularnewline',
  ].map((name): [string, string] => [name, ' ']),
]);

/** Accents by their sign or letter. */
export const accents: ReadonlyMap<string, string> = new Map([
  ["'", '\u0301'],
  ['`', '\u0300'],
  ['^', '\u0302'],
  ['"', '\u0308'],
  ['~', '\u0303'],
  ['=', '\u0304'],
  ['.', '\u0307'],
  ['c', '\u0327'],
  ['v', '\u030c'],
  ['H', '\u030b'],
  ['u', '\u0306'],
  ['k', '\u0328'],
  ['r', '\u030a'],
  ['d', '\u0323'],
]);

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Commands whose arguments aren't read. */
export const quiet = set(
  'label cite citep citet citeauthor citeyear nocite autocite parencite textcite ref pageref eqref autoref cref Cref nameref index glossary ' +
    'input include includeonly subfile usepackage RequirePackage documentclass bibliography bibliographystyle addbibresource vspace hspace ' +
    'setlength addtolength setcounter addtocounter stepcounter includegraphics graphicspath newcommand renewcommand providecommand ' +
    'newenvironment renewenvironment DeclareMathOperator newtheorem theoremstyle pagestyle thispagestyle pagenumbering hypersetup geometry color ' +
    'definecolor selectlanguage fontsize linespread cline cmidrule phantomsection addcontentsline markboth markright pdfbookmark ' +
    'newlength newcounter lstset captionsetup usetikzlibrary tikzset institute email thanks rule vskip hskip bibitem cellcolor rowcolor ' +
    'multirow arraystretch setmainfont setsansfont setmonofont newif makeatletter makeatother enlargethispage lstinputlisting verbatiminput',
);
/** Commands whose first argument isn't read, but those after it. */
export const halfQuiet = set(
  'href hypertarget textcolor colorbox parbox raisebox makebox framebox scalebox resizebox hyperlink hyperref foreignlanguage texorpdfstring',
);
/** Levels of sections; the title of the document is the outermost. */
export const sections: ReadonlyMap<string, number> = new Map([
  ['title', 1],
  ['part', 2],
  ['chapter', 3],
  ['section', 4],
  ['subsection', 5],
  ['subsubsection', 6],
  ['paragraph', 7],
  ['subparagraph', 8],
]);
export const verbatim = set(
  'verbatim verbatim* Verbatim lstlisting minted alltt BVerbatim LVerbatim code Highlighting',
);
export const skipped = set('comment tikzpicture filecontents filecontents* pspicture');
export const displays = set(
  'equation equation* align align* alignat alignat* gather gather* multline multline* eqnarray eqnarray* displaymath math flalign flalign*',
);
export const tables = set('tabular tabular* tabularx tabulary longtable array supertabular');
export const lists = set('itemize enumerate description compactitem compactenum thebibliography');
