import { describe, expect, test } from 'vitest'
import { plainText } from '../../../src/papers/plain-text.ts'
import { recordingsAre } from '../../support/recorded-days.ts'
import { recordedPapers } from '../../support/recorded-papers.ts'

const tables: Record<string, [source: string, plain: string][]> = {
  'letters and accents': [
    ["R\\'enyi and Erd\\H{o}s", 'Rényi and Erdős'],
    ['na\\"ive \\L{}ukasz, a\\~nos, \\v{C}ech', 'naïve Łukasz, años, Čech'],
    ["Pr{\\'e}diction pour un mod{è}le", 'Prédiction pour un modèle'],
    ["GPT-4o\\'s scores", 'GPT-4o’s scores'],
  ],
  'commands of text': [
    ['a \\textbf{Lo{R}A} and {\\em so} on', 'a LoRA and so on'],
    ['\\emph{descending} algorithms -- a \\textsc{Survey}', 'descending algorithms – a Survey'],
    ['\\href{https://example.org/a_b}{our page}', 'our page'],
    ['see \\url{https://example.org/a_b%20c#d}.', 'see https://example.org/a_b%20c#d.'],
    ['at https://example.org/code{GitHub}.', 'at https://example.org/code.'],
    ['shown \\cite{smith2024}before\\footnote{or after}', 'shown before'],
    ['\\begin{itemize} \\item one \\item two \\end{itemize}', 'one two'],
    ["360{\\deg} at 300\\,k, ``quoted''", '360° at 300 k, “quoted”'],
    ["Cahn--Hilliard --- ``quoted''", 'Cahn–Hilliard — “quoted”'],
    ['the \\emph{new} "state" of G\\"odel', 'the new "state" of Gödel'],
    ['\\LaTeX{} and \\textcolor{red}{red}', 'LaTeX and red'],
    ['we introduce~\\name, and \\ours{} wins', 'we introduce name, and ours wins'],
    ['\\unheard{of} things', 'of things'],
    ['the \\constructor of it', 'the constructor of it'],
  ],
  math: [
    ['$\\mathcal{O}(n)$ and $O(n^2)$', 'O(n) and O(n²)'],
    ['$\\textbf{LoRA}$: a $10\\times$ gain', 'LoRA: a 10× gain'],
    ['$10^{-3}$, $10^6$', '10⁻³, 10⁶'],
    ['$\\frac{1}{2}$ and $\\frac{a+1}{b}$', '1/2 and (a+1)/b'],
    ['$k$-means, $L_1$, $x_{train}$, $\\sqrt{T}$', 'k-means, L₁, x_train, √T'],
    ['$\\mathbb{R}^{n\\times d}$, $\\log n$', 'R^(n×d), log n'],
    ['FaSTA$^*$, Trans$^{2}$-CBCT, $90^{\\circ}$', 'FaSTA*, Trans²-CBCT, 90°'],
    ['\\(TPP\\) with \\(L^2\\)', 'TPP with L²'],
    ['$x_i^2$, $\\hat{x}$, $a \\leq b$, $a \\& b<c$', 'x_i², x, a≤b, a&b<c'],
    ['where $G = (V, E)$ has $n$ nodes, $p$-value$<$0.05', 'where G=(V,E) has n nodes, p-value<0.05'],
    ['approaching $1$', 'approaching 1'],
    ['$\\unheard{x}$', 'x'],
  ],
  'math whose dollars a source dropped': [
    ['V_{0.5}: a prior', 'V_0.5: a prior'],
    ['GUI-G^2 and π^3', 'GUI-G² and π³'],
    ['10^{19} FLOPs, 1{,}182 cases', '10¹⁹ FLOPs, 1,182 cases'],
    ['3\\times faster, \\alpha-\\beta', '3× faster, α-β'],
  ],
  'signs that mean themselves': [
    ['100% of tokens', '100% of tokens'],
    ['50\\% of tokens, 100% of \\emph{these}', '50% of tokens, 100% of these'],
    ['A & B', 'A & B'],
    ['50\\% \\& more, Fig.~2', '50% & more, Fig. 2'],
    ['A & B \\& \\textbf{C}', 'A & B & C'],
    ['#1', '#1'],
    ['\\#1 and #2', '#1 and #2'],
    ['$5 and $6', '$5 and $6'],
    ['$5-$6 for \\emph{all}', '$5-$6 for all'],
    ['\\$OneMillion-Bench under $60', '$OneMillion-Bench under $60'],
    ['~10x of imo_1960_p2', '~10x of imo_1960_p2'],
    ['at https://example.org/~me', 'at https://example.org/~me'],
    ['open { and never closed', 'open { and never closed'],
    ['\\', '\\'],
  ],
  'white space and signs that nobody sees': [
    ['  two\n  lines\tand\u00a0more ', 'two lines and more'],
    ['a\u200bb\u202ec\u2066d\ufeffe\u00adf', 'abcdef'],
    ['a\u0000b\u001bc', 'a b c'],
    ['half of a pair \ud83d here', 'half of a pair here'],
    ['ﬁne ＡＢ 𝒪', 'fine AB O'],
    ['10² is not 102, LoRA™', '10² is not 102, LoRA™'],
    ['', ''],
  ],
}

describe.each(Object.entries(tables))('%s', (_name, rows) => {
  test.each(rows)('%j', (source, plain) => expect(plainText(source)).toBe(plain))
})

describe('what nobody means as TeX', () => {
  test.each([
    ['open groups', '{'.repeat(15_000)],
    ['open commands', '\\frac{'.repeat(3_000)],
    ['dollars', '$^'.repeat(9_000)],
    ['open math', '\\('.repeat(9_000)],
    ['far too long', '\\emph{x} '.repeat(100_000)],
    ['ten megabytes', 'attention is all you need, '.repeat(400_000)],
    ['ten megabytes of Chinese', '注意力 attention '.repeat(700_000)],
  ])('%s end soon', (_name, source) => {
    const start = performance.now()
    expect(typeof plainText(source)).toBe('string')
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

test(`titles and abstracts of ${recordingsAre}`, () => {
  const papers = recordedPapers()
  const titles = papers.map(({ title }) => plainText(title))
  for (const abstract of papers.map((paper) => plainText(paper.abstract)))
    expect(abstract).not.toMatch(/[\p{Cc}\p{Cf}]|\s\s|\\[a-z]/u)
  expect(titles.filter((title) => /[\\{}\n]|\s\s/.test(title))).toEqual([])
  expect(titles.length).toBeGreaterThan(3)
})
