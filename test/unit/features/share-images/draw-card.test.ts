import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ImageDrawer, openImageDrawer } from '../../../../src/features/share-images/image-drawer.ts'
import { IMAGE_SIZE, type ShareCard } from '../../../../src/features/share-images/share-card.ts'

const card = (changes: Partial<ShareCard> = {}): ShareCard => ({
  site: 'Daily Papers',
  accent: '#12564f',
  date: 'Tuesday 24 November 2026',
  title: 'A Systematic Analysis of Hybrid Linear Attention',
  lead: '',
  authors: ['Dustin Wang', 'Steven Abreu', 'Taylor Kergan'],
  organization: 'Laboratory of Long Contexts',
  figure: '41',
  caption: 'votes, 2nd of 4 papers',
  bars: [0, 12, 41, 120],
  chosen: 2,
  ...changes,
})

let drawer: ImageDrawer
beforeAll(() => {
  drawer = openImageDrawer()
})
afterAll(() => drawer.close())

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** Where a picture differs from its ground, within rows; null if it does nowhere. */
async function inkOf(png: Buffer, { from = 0, to = IMAGE_SIZE.height } = {}): Promise<Box | null> {
  const { data, info } = await sharp(png)
    .removeAlpha()
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const box = { left: info.width, top: info.height, right: -1, bottom: -1 }
  const ground = data[0]!
  for (let y = from; y < to; y++) {
    for (let x = 0; x < info.width; x++) {
      if (Math.abs(data[y * info.width + x]! - ground) < 24) continue
      box.left = Math.min(box.left, x)
      box.right = Math.max(box.right, x)
      box.top = Math.min(box.top, y)
      box.bottom = Math.max(box.bottom, y)
    }
  }
  return box.right < 0 ? null : box
}

interface Rows {
  from: number
  to: number
}

/** Whether two pictures differ within rows by more than the colors of their palettes do. */
async function changed(one: Buffer, other: Buffer, { from, to }: Rows): Promise<boolean> {
  const area = { left: 0, top: from, width: IMAGE_SIZE.width, height: to - from }
  const pixels = (png: Buffer) => sharp(png).extract(area).removeAlpha().raw().toBuffer()
  const [a, b] = await Promise.all([pixels(one), pixels(other)])
  return a.some((value, at) => Math.abs(value - b[at]!) > 24)
}

/** The rows of the title, whatever its length. */
const TITLE = { from: 130, to: 440 }
const MARGIN = 64

const LONG =
  'A Report That Took a Hundred People, and Whose Title Runs On for So Long That It Wraps on Every Screen'

const TITLES = {
  'a short title': 'Short',
  'a title of 89 letters': LONG.slice(0, 89),
  'a title of 90 letters': LONG.slice(0, 90),
  'a title of 300 letters': LONG.repeat(3).slice(0, 300),
  'a word of 300 letters': 'W'.repeat(300),
  'capital letters': 'MMMM WWWW '.repeat(30).trim(),
  'Greek letters and indices': 'π₀.₅ and β-Functions at 10²³ ∞ ≤ ε, Jürgen Şahin Łukasz Nguyễn',
  'letters that are markup': '<b>Attention</b> & "More" \' of It <',
  'a Chinese title': '台灣大學的論文標題',
  'an emoji': 'Reasoning 😀 Models 👩‍🔬',
  'control characters': 'One\u0000Two\u001b[31m\ud800Three',
  'an empty title': '',
}

describe('a picture', () => {
  test.each(Object.entries(TITLES))('with %s has its ink between the margins', async (_what, title) => {
    const png = await drawer.draw(card({ title }))
    const { width, height, format } = await sharp(png).metadata()
    expect({ width, height, format }).toEqual({ ...IMAGE_SIZE, format: 'png' })
    const all = (await inkOf(png))!
    expect([all.left >= MARGIN - 2, all.right <= IMAGE_SIZE.width - MARGIN + 2]).toEqual([true, true])
    expect([all.top >= 40, all.bottom <= 590]).toEqual([true, true])
    const ofTitle = (await inkOf(png, TITLE))!
    expect(ofTitle.right - ofTitle.left).toBeGreaterThan(100)
  })

  test('of another title differs only below the double rule and above the bars', async () => {
    const [one, other] = await Promise.all([drawer.draw(card()), drawer.draw(card({ title: LONG }))])
    expect(await changed(one, other, { from: 0, to: 125 })).toBe(false)
    expect(await changed(one, other, TITLE)).toBe(true)
    expect(await changed(one, other, { from: 455, to: 630 })).toBe(false)
  })

  test('of the same card is the same file', async () => {
    expect(await drawer.draw(card())).toEqual(await drawer.draw(card()))
  })

  test('of a long name, many authors and wide words stays inside', async () => {
    const wide = 'Wissenschaftskommunikation '.repeat(8).trim()
    const authors = Array.from({ length: 3000 }, () => wide)
    const png = await drawer.draw(
      card({
        site: wide,
        title: LONG.slice(0, 89),
        lead: wide,
        authors,
        organization: wide,
        caption: 'votes, 2nd of 4 papers',
      }),
    )
    const box = (await inkOf(png))!
    expect([box.left >= MARGIN - 2, box.right <= IMAGE_SIZE.width - MARGIN + 2]).toEqual([true, true])
  })

  test.each([1, 60, 1000])('with %d bars has them between the margins', async (count) => {
    const bars = Array.from({ length: count }, (_, n) => n)
    const box = (await inkOf(await drawer.draw(card({ bars, chosen: count - 1 })), { from: 500, to: 630 }))!
    expect([box.left, box.right]).toEqual([
      expect.closeTo(MARGIN, -1),
      expect.closeTo(IMAGE_SIZE.width - MARGIN, -1),
    ])
  })

  test('with letters that no font of the file has does not draw boxes in their place', async () => {
    const plain = await drawer.draw(card({ title: 'Reasoning Models' }))
    expect(await drawer.draw(card({ title: 'Reasoning 😀 Models 台' }))).toEqual(plain)
  })
})

describe('the process that draws', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'draw-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const programOf = (name: string, text: string): URL => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return new URL(`file://${file}`)
  }

  test.each([
    ['ends', 'process.on("message", () => process.exit(1))'],
    ['hangs', 'process.on("message", () => { for (;;); })'],
    ['cannot draw', 'process.on("message", ({ id }) => process.send({ id, error: "no" }))'],
    ['cannot start', 'throw new Error("no")'],
  ])('rejects the picture and starts again if it %s', async (what, text) => {
    const program = programOf(`${what.replaceAll(' ', '-')}.mjs`, text)
    const broken = openImageDrawer({ program, hungMs: 1500 })
    await expect(broken.draw(card())).rejects.toThrow()
    await expect(broken.draw(card())).rejects.toThrow()
    broken.close()
  })

  test('gets none of the service’s settings, and only its own font', async () => {
    const reply = 'process.send({ id, png: Buffer.from(Object.keys(process.env).sort().join()) })'
    const spying = openImageDrawer({
      program: programOf('spy.mjs', `process.on("message", ({ id }) => ${reply})`),
    })
    const names = (await spying.draw(card())).toString().split(',')
    spying.close()
    expect(names).toContain('FONTCONFIG_FILE')
    expect(names.filter((name) => /URL|SECRET|KEY|HOME|PATH|PASSWORD/.test(name))).toEqual([])
  })

  test('ends when it is idle, and starts again', async () => {
    const reply = 'process.send({ id, png: Buffer.from(String(process.pid)) })'
    const program = programOf('pid.mjs', `process.on("message", ({ id }) => ${reply})`)
    const brief = openImageDrawer({ program, idleMs: 1 })
    const first = Number(await brief.draw(card()))
    await expect.poll(() => isRunning(first), { timeout: 5000 }).toBe(false)
    expect(Number(await brief.draw(card()))).not.toBe(first)
    brief.close()
  })

  test('finishes a picture however many ended together before it', async () => {
    const slow = 'setTimeout(() => process.send({ id, png: Buffer.from("image") }), 600)'
    const program = programOf('slow.mjs', `process.on("message", ({ id }) => ${slow})`)
    const drawer = openImageDrawer({ program, idleMs: 300 })
    const together = [drawer.draw(card()), drawer.draw(card())]
    drawer.close()
    expect((await Promise.allSettled(together)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await drawer.draw(card())).toString()).toBe('image')
    drawer.close()
  })
})

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
