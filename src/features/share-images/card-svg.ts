import { breakLines, cutToFit } from './break-lines.ts'
import type { FontFace } from './font-faces.ts'
import { IMAGE_SIZE, type ShareCard } from './share-card.ts'

export interface Faces {
  regular: FontFace
  bold: FontFace
}

const PAGE = '#faf8f4'
const INK = '#1e1d1a'
const QUIET = '#5c5a52'

const MARGIN = 64
const RIGHT = IMAGE_SIZE.width - MARGIN
/** A little less than between the margins: kerning may add to a width. */
const WIDTH = (RIGHT - MARGIN) * 0.985

const TITLE_TOP = 156
const LONG_TITLE = 90
const MAX_TITLE_LINES = 4

/** The line below the bars, and how high they may be. */
const GROUND = 584
const MAX_BAR_HEIGHT = 120
const MAX_BAR_WIDTH = 44
const MAX_GAP = 7
const BARS_LEFT = 369

/** A share of letters that the font lacks from which a text says nothing without them. */
const MAX_MISSING = 0.3

/** A picture of IMAGE_SIZE; all text is inside its margins. Letters that the font lacks are left out. */
export function cardSvg(card: ShareCard, faces: Faces): string {
  const shown = (text: string) => drawable(text, faces)
  const { width, height } = IMAGE_SIZE
  const date = shown(card.date)
  const title = titlePart(shown(card.title) || date || shown(card.site), faces)
  const lead = leadPart(shown(card.lead), faces, title.bottom)
  const authors = authorsPart(card, faces, lead.bottom)
  const parts = [
    `<rect width="${width}" height="${height}" fill="${PAGE}"/>`,
    masthead({ site: shown(card.site), date, accent: card.accent }, faces),
    title.svg,
    lead.svg,
    authors.svg,
    ...figurePart(card, faces, authors.bottom),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Noto Serif">${parts.join('')}</svg>`
}

/** Without the letters that the font lacks; empty if too little is left. */
function drawable(text: string, { regular, bold }: Faces): string {
  const all = Array.from(text.normalize('NFC').replace(/\s+/g, ' ').trim())
  const kept = all.filter((letter) => regular.has(letter) && bold.has(letter))
  if (kept.length < all.length * (1 - MAX_MISSING)) return ''
  return kept.join('').replace(/ {2,}/g, ' ').trim()
}

interface Text {
  x?: number
  y: number
  size: number
  bold?: boolean
  fill?: string
  atEnd?: boolean
}

function text(content: string, { x = MARGIN, y, size, bold, fill = INK, atEnd }: Text): string {
  const weight = bold ? ' font-weight="700"' : ''
  const anchor = atEnd ? ' text-anchor="end"' : ''
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}"${weight}${anchor}>${escaped(content)}</text>`
}

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The mark, the name and a date above a double rule. A long name is smaller. */
function masthead(
  { site, date, accent }: Pick<ShareCard, 'site' | 'date' | 'accent'>,
  { regular, bold }: Faces,
): string {
  const [left, size] = [MARGIN + 58, 24]
  const room = WIDTH - 58 - (date ? regular.widthOf(date) * size + 40 : 0)
  const nameSize = Math.max(24, Math.min(42, room / bold.widthOf(site)))
  const name = cutToFit(site, bold, room / nameSize)
  return [
    `<svg x="${MARGIN}" y="48" width="42" height="42" viewBox="0 0 32 32"><rect width="32" height="32" rx="5" fill="${accent}"/>`,
    `<path d="M9 10h14M9 16h14M9 22h8" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/></svg>`,
    text(name, { x: left, y: 85, size: Math.floor(nameSize), bold: true }),
    date && text(date, { x: RIGHT, y: 86, size, fill: QUIET, atEnd: true }),
    `<path d="M${MARGIN} 109H${RIGHT}" stroke="${INK}" stroke-width="6"/>`,
    `<path d="M${MARGIN} 117H${RIGHT}" stroke="${INK}" stroke-width="2"/>`,
  ].join('')
}

interface Part {
  svg: string
  /** Below its last line. */
  bottom: number
}

function titlePart(title: string, { bold }: Faces): Part {
  const size = Array.from(title).length < LONG_TITLE ? 60 : 48
  const lineHeight = size * 1.17
  const box = { face: bold, size, width: WIDTH, maxLines: MAX_TITLE_LINES }
  const lines = breakLines(title, box).map((line, n) =>
    text(line, { y: Math.round(TITLE_TOP + size * 0.967 + n * lineHeight), size, bold: true }),
  )
  return { svg: lines.join(''), bottom: TITLE_TOP + lines.length * lineHeight }
}

function leadPart(lead: string, { regular }: Faces, top: number): Part {
  if (!lead) return { svg: '', bottom: top }
  const [size, lineHeight] = [36, 48]
  const box = { face: regular, size, width: WIDTH, maxLines: 2 }
  const lines = breakLines(lead, box).map((line, n) => text(line, { y: top + 54 + n * lineHeight, size }))
  return { svg: lines.join(''), bottom: top + 54 + (lines.length - 1) * lineHeight }
}

/** "A. One, B. Two +38 · Laboratory" */
function authorsPart({ authors, organization }: ShareCard, faces: Faces, top: number): Part {
  const [size, y] = [27, Math.round(top + 46)]
  const names = authors.map((name) => drawable(name, faces)).filter(Boolean)
  if (names.length === 0) return { svg: '', bottom: top }
  const at = drawable(organization, faces)
  const { regular, bold } = faces
  const em = WIDTH / size
  const withOthers = (shown: number) => {
    const others = authors.length - shown
    return `${names.slice(0, shown).join(', ')}${others > 0 ? ` +${others}` : ''}`
  }
  const room = em - (at ? regular.widthOf(' · ') + bold.widthOf(at) : 0)
  let shown = Math.min(names.length, authors.length > 4 ? 3 : 4)
  while (shown > 1 && regular.widthOf(withOthers(shown)) > room) shown--
  const line = cutToFit(withOthers(shown), regular, em)
  const isWide = regular.widthOf(line) > room
  const ending = at && !isWide ? ` · <tspan font-weight="700" fill="${INK}">${escaped(at)}</tspan>` : ''
  return {
    svg: `<text x="${MARGIN}" y="${y}" font-size="${size}" fill="${QUIET}">${escaped(line)}${ending}</text>`,
    bottom: y + 8,
  }
}

function figurePart(
  { figure, caption, bars, chosen, accent }: ShareCard,
  faces: Faces,
  top: number,
): string[] {
  if (!figure) return []
  const shown = drawable(caption, faces)
  const captionEnd = MARGIN + faces.regular.widthOf(shown) * 24
  return [
    text(figure, { y: 541, size: 60, bold: true, fill: accent }),
    text(shown, { y: 577, size: 24, fill: QUIET }),
    ...barsPart({ bars, chosen, accent }, { left: Math.max(BARS_LEFT, captionEnd + 28), top }),
  ]
}

function barsPart(
  { bars, chosen, accent }: Pick<ShareCard, 'bars' | 'chosen' | 'accent'>,
  { left, top }: { left: number; top: number },
): string[] {
  if (bars.length === 0) return []
  const maxHeight = Math.min(MAX_BAR_HEIGHT, GROUND - top - 16)
  const most = Math.max(1, ...bars)
  const share = (RIGHT - left) / bars.length
  const gap = Math.min(MAX_GAP, share * 0.2)
  // Few bars are beside each other at the right.
  const width = Math.min(MAX_BAR_WIDTH, (RIGHT - left + gap) / bars.length - gap)
  const first = RIGHT + gap - bars.length * (width + gap)
  const rects = bars.map((value, n) => {
    const height = value === 0 ? 1 : Math.max(2, (value / most) * maxHeight)
    const shape = `x="${(first + n * (width + gap)).toFixed(1)}" y="${(GROUND - height).toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"`
    return `<rect ${shape} fill="${accent}"${n === chosen ? '' : ' fill-opacity="0.37"'}/>`
  })
  return [...rects, `<path d="M${left} ${GROUND + 1}H${RIGHT}" stroke="${INK}" stroke-width="2"/>`]
}
