import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAtomFeed, parseJsonFeed } from 'feedsmith'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import { runCommand } from '../../support/commands.ts'
import { feedXml, startFeedServer } from '../../support/feed-server.ts'
import { type ServedWork, startOpenalexServer } from '../../support/openalex-server.ts'
import { get } from '../../support/site.ts'
import {
  type Checks,
  EXAMPLE,
  linesOf,
  type RecipeWorld,
  TITLE,
  titlesOf,
  useRecipeWorld,
  withProgram,
} from './recipe-world.ts'
import { PAGE, recipesIn, uncovered } from './recipes.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const MAX_LINES = 12
const DAY = '2026-01-06'
/** Of Nature Genetics, the day before. */
const WORK = 'Polygenic scores lose a third of their accuracy within families'

const world = useRecipeWorld()
const { site, bash, atTest, contentOf, commandsIn } = world

/** A source in place of one of the page. `title`: a paper that it lists on `day`. */
interface ServedSource {
  /** The text of the page that leads to the real one, and what leads to this one. */
  from: string
  to: string
  settings: Record<string, string>
  day: string
  title: string
}

async function journalFeed(): Promise<ServedSource> {
  const server = await startFeedServer()
  onTestFinished(() => server.close())
  const title = 'Slow light in a fast crystal'
  server.pages.set('/nature.rss', { body: feedXml([{ title, link: 'https://journal.example/1' }]) })
  return { from: 'https://www.nature.com', to: server.url, settings: {}, day: DAY, title }
}

async function openalex(): Promise<ServedSource> {
  const works: ServedWork[] = JSON.parse(
    readFileSync(join(ROOT, 'test/fixtures/openalex/works.json'), 'utf8'),
  )
  const server = await startOpenalexServer({ works, today: () => DAY })
  onTestFinished(() => server.close())
  return { from: '', to: '', settings: { OPENALEX_URL: server.url }, day: DAY, title: WORK }
}

/** Runs both blocks of a source: the try, which stores nothing, and the setting, which lists the paper. */
const fetches = (serve: () => Promise<ServedSource>) => {
  const begin = async (text: string) => {
    const { from, to, settings, day, title } = await serve()
    site.clock.moveTo(new Date(`${day}T12:00:00Z`))
    const sources = text.match(/^SOURCES=(.*)$/m)?.[1] ?? 'huggingface'
    const SOURCES = sources.replace(from, to).replace(/^huggingface,/, '')
    return { from, to, title, deps: { ...site.deps, config: readConfig({ SOURCES, ...settings }, FEATURES) } }
  }
  const listed = (title: string) => site.db.paper.count({ where: { title } })
  return [
    async (block: string) => {
      const { from, to, title, deps } = await begin(block)
      const [command = []] = await commandsIn(block.replace(from, to))
      const { json } = await runCommand(deps, command)
      expect(json).toMatchObject([{ dryRun: true, added: expect.toSatisfy((added: number) => added > 0) }])
      expect(await listed(title)).toBe(0)
    },
    async (block: string) => {
      const { title, deps } = await begin(block)
      await ingestDue(deps, { wait: async () => {}, fetchPolicy: { gapMs: 0 } })
      expect(await listed(title)).toBe(1)
    },
  ]
}

/** Recipes of the core. Those of a feature are in its folder, and are gone if it is deleted. */
const CORE: Checks = {
  'Miniflux, FreshRSS, NetNewsWire: any search': [
    async (block) => {
      const [atom, json] = await Promise.all(linesOf(block).map((url) => get(site, url.replace(EXAMPLE, ''))))
      expect(
        titlesOf(parseAtomFeed(atom!.body).entries?.map(({ title }) => ({ title: title?.value }))),
      ).toEqual([TITLE])
      expect(titlesOf(parseJsonFeed(json!.body).items as { title?: string }[])).toEqual([TITLE])
    },
  ],
  'A shell script': [
    withProgram('jq', async (block) => {
      expect(await bash(atTest(block))).toBe(`2026-11-24\t${TITLE}\t${EXAMPLE}/papers/2507.06457\n`)
    }),
  ],
  'A static copy': [
    async (block) => {
      const script = block.replace('npm run', 'npm run -s').replace('-- public', `-- ${world.folder}/public`)
      await bash(script, { DATABASE_URL: site.deps.databaseUrl }, ROOT)
      const files = readdirSync(join(world.folder, 'public'), { recursive: true }).map(String)
      expect(files).toEqual(expect.arrayContaining(['index.html', 'feed.xml', 'papers/2507.06457.html']))
    },
  ],
  'Obsidian, or any folder of notes': [
    withProgram('jq', async (block) => {
      await bash(atTest(block))
      expect(contentOf('2507.06457.md')).toMatch(
        new RegExp(`^# ${TITLE}\n\n2026-11-24, ${EXAMPLE}/papers/2507.06457\n\n.+`),
      )
      writeFileSync(join(world.folder, '2507.06457.md'), 'My own words')
      await bash(atTest(block))
      expect(contentOf('2507.06457.md')).toBe('My own words')
    }),
  ],
  "A journal's feed": fetches(journalFeed),
  'OpenAlex: a journal, an institution, a person': fetches(openalex),
}

const CHECKS = { ...CORE }
for (const file of globSync('test/integration/features/*/integrations.ts', { cwd: ROOT })) {
  const feature: { integrations(world: RecipeWorld): Checks } = await import(join(ROOT, file))
  Object.assign(CHECKS, feature.integrations(world))
}

test('each block of the page has a check or a reason', () => {
  expect(uncovered(PAGE, CHECKS)).toEqual([])
})

test.each([
  ['a recipe', '\n### New\n\n```\nx\n```\n', ['New: 1 blocks, 0 checks']],
  ['a recipe without a block', '\n### New\n\nText\n', ['New: has no block']],
  ['a block', '\n```\nx\n```\n', ['OpenAlex: a journal, an institution, a person: 3 blocks, 2 checks']],
])('%s that is added without one is found', (_what, added, found) => {
  expect(uncovered(PAGE + added, CHECKS)).toEqual(found)
})

test.each(recipesIn(PAGE))(
  '$name: is short, says what was run, and names tests that exist',
  ({ lines, blocks }) => {
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES + 2 * blocks.length)
    expect(lines.some((line) => line.startsWith('Run: '))).toBe(true)
    const named = [...lines.join('\n').matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path)
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  },
)

describe('does what the page says', () => {
  for (const { name, blocks } of recipesIn(PAGE))
    for (const [i, block] of blocks.entries()) {
      const check = CHECKS[name]?.[i]
      if (typeof check === 'function') test(`${name}, block ${i + 1}`, ({ skip }) => check(block, skip))
    }
})
