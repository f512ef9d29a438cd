/** One line of a plot over log scales. */
export interface Series {
  name: string
  /** Drawn thick, in the colour of the site. */
  isOurs: boolean
  points: { x: number; y: number }[]
}

interface PlotWords {
  title: string
  x: string
  y: string
  /** Of a value of y; milliseconds in words by default. */
  valueText?: (y: number) => string
}

const WIDTH = 720
const HEIGHT = 380
const LEFT = 70
const RIGHT = 190
const TOP = 44
const BOTTOM = 52

// Both schemes in one picture: an image in a README follows the reader's.
const STYLE = `text{font:14px system-ui,sans-serif;fill:#1f2328}.axis{stroke:#8c959f;stroke-width:1;fill:none}
.grid{stroke:#d8dee4;stroke-width:1}.line{fill:none;stroke:#57606a;stroke-width:2}.ours{stroke:#0b5cad;stroke-width:4}
.name{font-size:13px}.title{font-size:16px;font-weight:600}.paper{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#6e7681}.grid{stroke:#30363d}.line{stroke:#9198a1}
.ours{stroke:#6cb6ff}.paper{fill:#0d1117}}`

/** An SVG of series over two log scales, as text. */
export function plot(series: readonly Series[], words: PlotWords): string {
  const { valueText = time } = words
  const all = series.flatMap(({ points }) => points)
  const x = scale(
    all.map((point) => point.x),
    LEFT,
    WIDTH - RIGHT,
  )
  const y = scale(
    all.map((point) => point.y),
    HEIGHT - BOTTOM,
    TOP,
  )
  const rules = y.decades.map(
    (value) =>
      `<path class="grid" d="M${LEFT} ${y.at(value)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${y.at(value) + 5}" text-anchor="end">${valueText(value)}</text>`,
  )
  const ticks = x.decades.map(
    (value) =>
      `<text x="${x.at(value)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${compact(value)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="t d">
<title id="t">${words.title}</title><desc id="d">${described(series, words)}</desc><style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>
<text class="title" x="${LEFT}" y="24">${words.title}</text>
${[...rules, ...ticks, ...lines(series, x, y)].join('\n')}
<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${words.x}</text>
</svg>
`
}

interface Scale {
  at(value: number): number
  /** Powers of ten, from below the least value to above the highest. */
  decades: number[]
}

function scale(values: readonly number[], from: number, to: number): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.ceil(Math.log10(Math.max(...values)))
  return {
    at: (value) => Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from)),
    decades: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  }
}

function lines(series: readonly Series[], x: Scale, y: Scale): string[] {
  const heights: number[] = []
  // From the highest line down, so that each name stays at its line.
  const fromTop = series.toSorted((one, other) => other.points.at(-1)!.y - one.points.at(-1)!.y)
  return fromTop.flatMap(({ name, isOurs, points }) => {
    const last = points.at(-1)!
    // Names that would overlap are moved apart.
    let height = y.at(last.y) + 5
    while (heights.some((other) => Math.abs(other - height) < 16)) height += 16
    heights.push(height)
    const path = points.map((point) => `${x.at(point.x)} ${y.at(point.y)}`).join('L')
    return [
      `<path class="line${isOurs ? ' ours' : ''}" d="M${path}"/>`,
      `<text class="name" x="${x.at(last.x) + 10}" y="${height}">${name}</text>`,
    ]
  })
}

const described = (series: readonly Series[], { x, valueText = time }: PlotWords): string =>
  series
    .map(({ name, points }) => {
      const last = points.at(-1)!
      return `${name}: ${valueText(last.y)} for ${compact(last.x)} ${x}.`
    })
    .join(' ')

const compact = (value: number): string => new Intl.NumberFormat('en', { notation: 'compact' }).format(value)

/** Milliseconds in words. */
function time(ms: number): string {
  if (ms < 1000) return `${compact(ms)} ms`
  return ms < 3_600_000 ? `${compact(Math.round(ms / 1000))} s` : `${(ms / 3_600_000).toFixed(1)} h`
}
