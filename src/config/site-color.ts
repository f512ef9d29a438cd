import { z } from 'zod'
import { failIn } from './setting-schemas.ts'

/** The backgrounds of links in src/web/assets/site.css, and the text of buttons. */
const LIGHT = { 'the page': '#faf8f4', 'the cards': '#f1eee6', 'the text of buttons': '#ffffff' }
const DARK = { 'the page': '#171715', 'the cards': '#22221f', 'the text of buttons': '#10201d' }

/** WCAG 2.2, 1.4.3 and 1.4.11. */
const MIN_TEXT = 4.5
const MIN_BAR = 3
/** As easy to read as our own dark accent. */
const DARK_TEXT = 7

/**
 * The accent of the site, its admin pages and its emails; `bar` is for charts. Derives the dark accent, which is lighter,
 * and refuses a color that is hard to read as text in light.
 */
export const siteColor = z.string().transform((text, context) => {
  const light = text.trim().toLowerCase().replace(/^#?/, '#')
  const fail = failIn(context)
  if (!/^#[0-9a-f]{6}$/.test(light)) return fail(`a color such as 12564f, not "${text}"`)
  const [where, ratio] = worst(light, LIGHT)
  if (ratio < MIN_TEXT) {
    const better = readable(light, '#000000', (color) => worst(color, LIGHT)[1] >= MIN_TEXT)
    return fail(
      `a color with a contrast of ${MIN_TEXT}:1 or more with ${where}: ${light} has ${(Math.floor(ratio * 100) / 100).toFixed(2)}:1, ${better} would pass`,
    )
  }
  const dark = readable(lifted(light), '#ffffff', (color) => worst(color, DARK)[1] >= DARK_TEXT)
  return { light, dark, bar: { light: softened(light, LIGHT), dark: softened(dark, DARK) } }
})

/** The first of 50 mixtures of a color with black or white that passes. */
function readable(color: string, end: string, passes: (color: string) => boolean): string {
  const steps = Array.from({ length: 51 }, (_, n) => mixed(color, end, n / 50))
  return steps.find(passes) ?? end
}

/** A color nearer to the page, for areas that are not text. */
function softened(color: string, backgrounds: typeof LIGHT): string {
  const soft = mixed(color, backgrounds['the page'], 0.25)
  return worst(soft, backgrounds)[1] >= MIN_BAR ? soft : color
}

const worst = (color: string, backgrounds: typeof LIGHT): [where: string, ratio: number] =>
  Object.entries(backgrounds)
    .map(([where, other]): [string, number] => [where, contrast(color, other)])
    .sort((a, b) => a[1] - b[1])[0]!

const channels = (color: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))

const hexOf = (values: number[]): string =>
  `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`

const mixed = (color: string, other: string, part: number): string => {
  const others = channels(other)
  return hexOf(channels(color).map((value, n) => value + (others[n]! - value) * part))
}

const MIN_BRIGHTEST = 170

/** A dark color made brighter with the same hue and saturation: mixed with white only, it would become a grey. */
const lifted = (color: string): string => {
  const factor = Math.max(1, MIN_BRIGHTEST / Math.max(1, ...channels(color)))
  return hexOf(channels(color).map((value) => value * factor))
}

/** The contrast ratio of two colors, 1 to 21, as WCAG 2.2 defines it. */
export function contrast(one: string, other: string): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
