import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Paper } from '../../../src/papers/paper.ts'
import { citation, citationKey } from '../../../src/web/site/citations.ts'
import { MATH } from '../../../src/web/site/latex-text.ts'
import { everyPaper } from '../../support/archived-papers.ts'
import { samplePaper } from '../../support/sample-paper.ts'
import { toolPath } from '../../support/tools.ts'

const PROGRAMS = ['pdflatex', 'biber', 'bibtex']

const folder = mkdtempSync(join(tmpdir(), 'citations-'))
afterAll(() =>
  process.env.KEEP_TEX ? console.log(folder) : rmSync(folder, { recursive: true, force: true }),
)

beforeEach((context) => {
  const missing = PROGRAMS.filter((name) => !toolPath(name))
  if (missing.length > 0) context.skip(`${missing.join(', ')} is not on this machine`)
})

const TITLES = [
  String.raw`\ { } ~ ^ $ & # % _ < > | " ' @ , = \end{document} \input{x} %`,
  '}{ }} {{ \\} \\{ $$ \\$ \\\\',
  [...MATH.keys()].join(' '),
  [...MATH.keys()].join(''),
  'x₁²₃⁴ ⁻¹ ₍ₙ₊₁₎ ᵃᵝⁿ ₓᵦ π₀α² _{₀}',
  '“Quotes” ‘single’ „low“ – — … • † ‡ ‰ € ™ © ° ± × ÷ ½ µ ¬',
  'ﬁne 𝒳 𝔼 ℝ ℃ Ⅳ ① ＿ ％ ＆ full-width',
  '🤗 emoji 🦙️ 👩‍🔬 ✓ ★ and zero\u200bwidth \u202eright to left',
  'À la Ærø: ĄĘĮŲ ąęįų ĐđÐðÞþŊŋ ŁłØø ŠšŽž ĞğİıŞş ȘșȚț ǍǎǦǧ ẂẽỲ',
  'Nguyễn x̂ q̃ e\u0301 {\u0301 \u0301',
  'Νίκος Ωmega',
]

// Biber makes characters of these accents that pdflatex does not have, however they are written.
const TITLES_FOR_BIBTEX = ['Việt ṛẓ x̧ x̌ x̊']

const AUTHORS = [
  'Hal Daumé III',
  'Antonio Laverghetta Jr.',
  'King, Martin Luther, Jr.',
  'Oriol Mayné i Comas',
  'jing Gao',
  'Jordy van der Berg',
  'The {A} & B_C Collaboration',
  'One, Two, Three, Four',
  'Nguyễn Đăng',
  'Trường Phương Thơ Ưng',
  'and',
  'others',
  "Conan O'Brien",
  'Jean-Luc de la Brûlée',
  'A % B',
]

const hostilePapers = (titles: string[]): Paper[] =>
  titles.map((title, i) =>
    samplePaper({
      title,
      authors: AUTHORS,
      arxivId: `2511.${String(i + 1).padStart(5, '0')}`,
      categories: ['cs.LG'],
    }),
  )

/** Distinct by their key in BibTeX: a paper of the data may be in two of its files. */
const distinct = (papers: Paper[]): Paper[] => [
  ...new Map(papers.map((paper) => [paper.arxivId ?? paper.id, paper])).values(),
]

interface Attempt {
  status: number | null
  output: string
}

const PACKAGES = {
  biber: String.raw`\usepackage[T1]{fontenc}\usepackage[backend=biber,maxnames=999]{biblatex}\addbibresource{papers.bib}`,
  bibtex: String.raw`\usepackage[T1]{fontenc}`,
}
const BIBLIOGRAPHY = {
  biber: String.raw`\printbibliography`,
  bibtex: String.raw`\bibliographystyle{alpha}\bibliography{papers}`,
}

/** Typesets a bibliography of the papers as an author would. */
function typeset(papers: Paper[], program: 'biber' | 'bibtex') {
  const own = mkdtempSync(join(folder, `${program}-`))
  const bib = papers.map((paper) => citation('bib', paper, `https://papers.example/papers/id:${paper.id}`))
  writeFileSync(join(own, 'papers.bib'), bib.join('\n'))
  writeFileSync(
    join(own, 'article.tex'),
    String.raw`\documentclass{article}${PACKAGES[program]}\begin{document}\nocite{*}${BIBLIOGRAPHY[program]}\end{document}`,
  )
  const run = (name: string, args: string[]): Attempt => {
    const { status, stdout, stderr } = spawnSync(name, args, { cwd: own, maxBuffer: 1e9 })
    return { status, output: `${stdout}${stderr}` }
  }
  const latex = () => run('pdflatex', ['-halt-on-error', '-interaction=nonstopmode', 'article.tex'])
  const runs = [latex(), run(program, ['article']), latex()]
  expect(runs.map(({ status, output }) => [status, status === 0 ? '' : output.slice(-1500)])).toEqual(
    runs.map(() => [0, '']),
  )
  const [, made] = runs
  return { output: made!.output, bbl: readFileSync(join(own, 'article.bbl'), 'utf8') }
}

const citedIn = (bbl: string): number => bbl.match(/^\s*\\(?:entry\{|bibitem)/gm)?.length ?? 0

describe('BibTeX of hostile titles and names', () => {
  test('is read by biber and typeset by pdflatex', () => {
    const { output, bbl } = typeset(hostilePapers(TITLES), 'biber')
    expect(output).not.toMatch(/WARN|ERROR/)
    expect(citedIn(bbl)).toBe(TITLES.length)
    expect(bbl).toMatch(/family=\{Daumé\}.*?suffix=\{III\}/s)
    expect(bbl).toMatch(/family=\{Laverghetta\}.*?suffix=\{Jr/s)
  })

  test('is read by BibTeX and typeset by pdflatex', () => {
    const titles = [...TITLES, ...TITLES_FOR_BIBTEX]
    const { output, bbl } = typeset(hostilePapers(titles), 'bibtex')
    expect(output).not.toMatch(/warning|error/i)
    expect(citedIn(bbl)).toBe(titles.length)
  })
})

// TeX has memory for some thousand entries.
const MAX_ENTRIES = 1000

test('BibTeX of every recorded paper is read by biber and typeset by pdflatex', () => {
  const papers = distinct(everyPaper())
  expect(new Set(papers.map(citationKey)).size).toBe(papers.length)
  let cited = 0
  for (let i = 0; i < papers.length; i += MAX_ENTRIES) {
    const { output, bbl } = typeset(papers.slice(i, i + MAX_ENTRIES), 'biber')
    expect(output).not.toMatch(/WARN|ERROR/)
    cited += citedIn(bbl)
  }
  console.log(`${cited} papers in bibliographies of biber and pdflatex`)
  expect(cited).toBe(papers.length)
}, 600_000)
