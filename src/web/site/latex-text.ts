/**
 * Text as LaTeX that pdflatex accepts without packages: `π₀ & ∇` is `$\pi_0$ \& $\nabla$`. Letters of other scripts stay,
 * for XeLaTeX and LuaLaTeX; emoji and symbols without a macro are left out.
 */
export function latexText(text: string): string {
  return text
    .normalize('NFC')
    .replace(SPECIAL, (sign) => escapeSign(sign))
    .replace(SUBSCRIPTS, (run) => `$_${mathOf(run)}$`)
    .replace(SUPERSCRIPTS, (run) => `$^${mathOf(run)}$`)
    .replace(LETTER_OR_SIGN, (sign) => latexOf(sign))
    .replace(MACRO_BEFORE_MATH, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

const SPECIAL = /[\\{}~^$&#%_<>|]/g

const SPECIAL_NAMES: Record<string, string> = {
  '\\': 'textbackslash',
  // BibTeX would count an escaped brace as a brace.
  '{': 'textbraceleft',
  '}': 'textbraceright',
  '~': 'textasciitilde',
  '^': 'textasciicircum',
  // LaTeX's default font has other characters in their places.
  '<': 'textless',
  '>': 'textgreater',
  '|': 'textbar',
}

const escapeSign = (sign: string): string =>
  SPECIAL_NAMES[sign] ? `\\${SPECIAL_NAMES[sign]}{}` : `\\${sign}`

const SUBSCRIPTS = /[\u1d62-\u1d6a\u2080-\u209c\u2c7c]+/g
const SUPERSCRIPTS = /[\u00b2\u00b3\u00b9\u02b0-\u02b8\u1d2c-\u1d61\u1d9b-\u1dbf\u2070-\u207f\u2c7d]+/g

/** A macro in math, and a script or macro that follows: one formula. */
const MACRO_BEFORE_MATH = /(\\[A-Za-z]+)\$\$(?=[_^\\])/g

/** The content of a script: plain letters and digits, and macros. */
function mathOf(run: string): string {
  const signs = [...run.normalize('NFKD')].map((sign) => {
    const math = MATH.get(sign) ?? sign
    // A blank ends the name of a macro.
    return math.startsWith('\\') ? `${math} ` : math
  })
  const math = signs.join('').trim()
  return signs.length === 1 ? math : `{${math}}`
}

/** A letter with its accents, or any other character beyond ASCII. */
const LETTER_OR_SIGN = /\p{L}\p{M}+|\P{ASCII}/gu

/** What LaTeX reads by itself: Latin letters with accents, and the punctuation of running text. */
const READ_BY_LATEX =
  /^[\u00a0-\u0125\u0128-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u0165\u0168-\u017e‐-—‘-‚“-„†‡•…‰‹›⁄€№™◦]$/

function latexOf(sign: string): string {
  if (READ_BY_LATEX.test(sign)) return sign
  const math = MATH.get(sign)
  if (math) return `$${math}$`
  const decomposed = sign.normalize('NFD')
  if (decomposed.includes(HORN)) return latexOf(decomposed.replaceAll(HORN, '').normalize('NFC'))
  const [base = '', ...marks] = decomposed
  // No accent fits on math: a Greek letter loses its own.
  if (marks.length > 0 && MATH.has(base)) return latexOf(base)
  if (marks.length > 0 && marks.every((mark) => ACCENTS.has(mark))) {
    // In braces, BibTeX takes it for one letter.
    return `{${marks.reduce((inner, mark) => accented(ACCENTS.get(mark)!, inner), latexOf(base))}}`
  }
  return plainOf(sign)
}

/**
 * Biber replaces an accent with one pair of braces by a character that pdflatex may not have. Accents that are named by a
 * letter it replaces in any case, and wrongly with two pairs.
 */
const accented = (accent: string, inner: string): string =>
  /[a-z]/i.test(accent) ? `\\${accent}{${inner}}` : `\\${accent}{{${inner}}}`

/** "fi" for a ligature, R for a letter of mathematics; the sign itself if it is a letter of another script. */
function plainOf(sign: string): string {
  const plain = LATIN_SHAPED.get(sign) ?? sign.normalize('NFKD')
  if (/^\p{ASCII}+$/u.test(plain)) return plain.replace(SPECIAL, (one) => escapeSign(one))
  if ([...plain].length > 1 && !/\p{M}/u.test(plain)) return [...plain].map(latexOf).join('')
  return /^[\p{L}\p{N}\p{P}]/u.test(sign) ? sign : ''
}

/** LaTeX has no macro for the horn of "ơ" and "ư": such a letter loses it, and keeps its other accents. */
const HORN = '\u031b'

/** By combining accent. */
const ACCENTS = new Map([
  ['\u0300', '`'],
  ['\u0301', "'"],
  ['\u0302', '^'],
  ['\u0303', '~'],
  ['\u0304', '='],
  ['\u0306', 'u'],
  ['\u0307', '.'],
  ['\u0308', '"'],
  ['\u030a', 'r'],
  ['\u030b', 'H'],
  ['\u030c', 'v'],
  ['\u0323', 'd'],
  ['\u0326', 'textcommabelow'],
  ['\u0327', 'c'],
  ['\u0328', 'k'],
  ['\u0331', 'b'],
])

/** The math of LaTeX without packages, by character: each is followed by its macro. */
export const MATH: ReadonlyMap<string, string> = pairs(String.raw`
  α \alpha β \beta γ \gamma δ \delta ε \varepsilon ϵ \epsilon ζ \zeta η \eta θ \theta ϑ \vartheta ι \iota κ \kappa
  λ \lambda μ \mu ν \nu ξ \xi π \pi ϖ \varpi ρ \rho ϱ \varrho σ \sigma ς \varsigma τ \tau υ \upsilon φ \varphi
  ϕ \phi χ \chi ψ \psi ω \omega
  Γ \Gamma Δ \Delta Θ \Theta Λ \Lambda Ξ \Xi Π \Pi Σ \Sigma Υ \Upsilon Φ \Phi Ψ \Psi Ω \Omega
  ∇ \nabla ∂ \partial ∞ \infty ∑ \sum ∏ \prod ∫ \int √ \surd ∀ \forall ∃ \exists ∅ \emptyset ℓ \ell ℘ \wp ℵ \aleph
  ℏ \hbar ħ \hbar א \aleph
  − - ∓ \mp ∗ \ast ⋆ \star ∘ \circ ⋅ \cdot ⊕ \oplus ⊖ \ominus ⊗ \otimes ⊙ \odot ∧ \wedge ∨ \vee ∩ \cap ∪ \cup
  ∖ \setminus ≀ \wr
  ≤ \leq ≥ \geq ≪ \ll ≫ \gg ≠ \neq ≡ \equiv ∼ \sim ≃ \simeq ≅ \cong ≈ \approx ∝ \propto ≺ \prec ≻ \succ ∈ \in
  ∉ \notin ∋ \ni ⊂ \subset ⊃ \supset ⊆ \subseteq ⊇ \supseteq ⊢ \vdash ⊣ \dashv ⊨ \models ⟂ \perp ⊥ \bot ⊤ \top
  ∥ \parallel ∣ \mid
  ← \leftarrow → \rightarrow ↔ \leftrightarrow ↑ \uparrow ↓ \downarrow ↗ \nearrow ↘ \searrow ↖ \nwarrow ↙ \swarrow
  ⇐ \Leftarrow ⇒ \Rightarrow ⇔ \Leftrightarrow ⇑ \Uparrow ⇓ \Downarrow ↦ \mapsto ⟵ \longleftarrow ⟶ \longrightarrow
  ⟨ \langle ⟩ \rangle ⌊ \lfloor ⌋ \rfloor ⌈ \lceil ⌉ \rceil ⋯ \cdots ⋮ \vdots ⋱ \ddots
  ♭ \flat ♮ \natural ♯ \sharp ♠ \spadesuit ♡ \heartsuit ♢ \diamondsuit ♣ \clubsuit ′ '
`)

/** Greek letters without a macro, because Latin ones look the same. */
const LATIN_SHAPED = pairs('Α A Β B Ε E Ζ Z Η H Ι I Κ K Μ M Ν N Ο O Ρ P Τ T Χ X ο o')

function pairs(table: string): Map<string, string> {
  const words = table.trim().split(/\s+/)
  return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1] ?? '']] : [])))
}
