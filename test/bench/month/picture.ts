import { kindOf, type TopicOfMonth } from './days.ts'

interface Panel {
  title: string
  topics: readonly TopicOfMonth[]
}

interface PictureWords {
  title: string
  description: string
  /** Below the panels. */
  days: string
}

const CELL = 18
const NAMES = 170
const GAP = 40
const TOP = 76
const BOTTOM = 64

// An image follows the reader's scheme. Shapes differ as well as colours.
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:16px;font-weight:600}.paper{fill:#fff}
.matched{fill:#0b5cad}.close{fill:none;stroke:#0b5cad;stroke-width:2}.nothing{fill:#afb8c1}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.matched{fill:#6cb6ff}.close{stroke:#6cb6ff}
.nothing{fill:#484f58}}`

/** An SVG of topics by days, a panel beside the other. */
export function picture(panels: readonly Panel[], words: PictureWords): string {
  const [rows, columns] = [panels[0]!.topics.length, panels[0]!.topics[0]!.days.length]
  const width = NAMES + panels.length * (columns * CELL + GAP)
  const height = TOP + rows * CELL + BOTTOM
  const names = panels[0]!.topics.map(
    ({ need }, row) =>
      `<text x="${NAMES - 12}" y="${TOP + row * CELL + 13}" text-anchor="end">${need.name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">
<title id="t">${words.title}</title><desc id="d">${words.description}</desc><style>${STYLE}</style>
<rect class="paper" width="${width}" height="${height}"/>
<text class="title" x="12" y="26">${words.title}</text>
${[...names, ...panels.flatMap((panel, i) => panelOf(panel, NAMES + i * (columns * CELL + GAP)))].join('\n')}
${legend(height - 40)}
<text x="12" y="${height - 14}">${words.days}</text>
</svg>
`
}

function panelOf({ title, topics }: Panel, left: number): string[] {
  const cells = topics.flatMap(({ days }, row) =>
    days.map((day, column) => cell(kindOf(day), left + column * CELL, TOP + row * CELL)),
  )
  return [`<text x="${left}" y="${TOP - 14}">${title}</text>`, ...cells]
}

const SHAPES = {
  matched: (x: number, y: number) =>
    `<rect class="matched" x="${x + 2}" y="${y + 2}" width="14" height="14"/>`,
  close: (x: number, y: number) => `<rect class="close" x="${x + 4}" y="${y + 4}" width="10" height="10"/>`,
  nothing: (x: number, y: number) => `<circle class="nothing" cx="${x + 9}" cy="${y + 9}" r="2"/>`,
}

const cell = (kind: keyof typeof SHAPES, x: number, y: number): string => SHAPES[kind](x, y)

const LEGEND = [
  ['matched', 'an email with matches'],
  ['close', 'an email with close papers only'],
  ['nothing', 'no email'],
] as const

const legend = (y: number): string =>
  LEGEND.map(([kind, words], i) => {
    const x = 12 + i * 240
    return `${cell(kind, x, y - 14)}<text x="${x + CELL + 6}" y="${y}">${words}</text>`
  }).join('\n')
