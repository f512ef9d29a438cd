/** What a source or the author of a file could send us. All are on attention, so they match every subscriber. */

const BIDI = '\u202edrawkcab\u2066\u200f'
const MEGABYTE = 1024 * 1024

const filled = (piece: string, megabytes: number): string =>
  piece.repeat(Math.ceil((megabytes * MEGABYTE) / piece.length))

interface PoisonPaper {
  id: string
  title: string
  summary: string
}

const paper = (n: number, title: string, summary = 'On attention.'): PoisonPaper => ({
  id: `2511.${String(n).padStart(5, '0')}`,
  title: `Attention ${title}`,
  summary,
})

/** The content of a file for `papers import`. */
export const importedPapers = (megabytes: number): unknown[] => [
  paper(1, 'a correct paper'),
  paper(
    2,
    'of many megabytes',
    filled('attention is all you need $\\alpha_{i}$ and {more} of it. ', megabytes),
  ),
  paper(3, 'in one word', filled('attention', megabytes)),
  paper(4, '\r\nBcc: victim@y.example\r\n\r\nbody'),
  paper(5, `${BIDI} and \u0000 NUL, \ud800 half a character, \u001b[31m red`),
  paper(6, 'W'.repeat(200_000)),
  { title: 7, summary: 'On attention.' },
  { summary: 'On attention, without a title.' },
  null,
  'Attention',
  [],
  {
    title: 'Attention to wrong types',
    summary: { text: 'x' },
    authors: 'Eve',
    votes: 'many',
    keywords: [[1]],
  },
]

/** The content of a response of the Hugging Face API. */
export const responsePapers = (megabytes: number): unknown[] => [
  ...[
    paper(11, 'a correct paper'),
    paper(12, 'of many megabytes', filled('注意力 attention \\textbf{bold} $x^2$ ', megabytes)),
    paper(13, `${BIDI} and \u0000 NUL, \ud800 half a character`),
    paper(14, 'by many', 'On attention.'),
  ].map(({ id, title, summary }) => ({
    paper: {
      id,
      title,
      summary,
      upvotes: 3,
      authors: Array.from({ length: id.endsWith('14') ? 5000 : 2 }, (_, i) => ({
        name: `Author ${i} ${BIDI}`,
      })),
      ai_keywords: ['attention', '\u0000', BIDI],
    },
  })),
  { paper: null },
  { paper: { id: 7 } },
  { title: 'Attention outside', paper: { id: '2511.00019', title: null, summary: ['x'] } },
  'nonsense',
]
