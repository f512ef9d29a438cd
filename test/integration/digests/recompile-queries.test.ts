import { expect, test } from 'vitest'
import { recompileQueries } from '../../../src/digests/recompile-queries.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { GRAMMAR_VERSION } from '../../../src/queries/query.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()

const OLD = { kind: 'word', field: 'any', text: 'old' }

const add = (texts: readonly string[], grammar: number) =>
  world.db.query.createMany({ data: texts.map((text) => ({ text, tree: OLD, grammar })) })

const treesByText = async () => {
  const rows = await world.db.query.findMany()
  return Object.fromEntries(rows.map(({ text, tree, grammar }) => [text, { tree, grammar }]))
}

const lines = () => world.logged.filter(({ event }) => String(event).startsWith('queries.'))

test('queries of an older grammar are parsed again, and one that cannot be parsed keeps its tree', async () => {
  await add(['2507.06457', 'world model', '大语言模型'], GRAMMAR_VERSION - 1)
  await add(['of today'], GRAMMAR_VERSION)
  await add(['of tomorrow'], GRAMMAR_VERSION + 1)
  await recompileQueries(world.deps)
  expect(await treesByText()).toEqual({
    '2507.06457': { tree: { kind: 'paper', name: '2507.06457' }, grammar: GRAMMAR_VERSION },
    'world model': { tree: parseQuery('world model'), grammar: GRAMMAR_VERSION },
    大语言模型: { tree: OLD, grammar: GRAMMAR_VERSION },
    'of today': { tree: OLD, grammar: GRAMMAR_VERSION },
    'of tomorrow': { tree: OLD, grammar: GRAMMAR_VERSION + 1 },
  })
  expect(lines()).toMatchObject([
    { event: 'queries.recompiled', queries: 3, unreadable: 1, grammar: GRAMMAR_VERSION },
  ])
  await recompileQueries(world.deps)
  expect(lines()).toHaveLength(1)
})

test('two processes at once parse each query again, without a lost or wrong one', async () => {
  const texts = Array.from({ length: 450 }, (_, i) => `word${i} other`)
  await add(texts, 0)
  await Promise.all([recompileQueries(world.deps), recompileQueries(world.deps)])
  const trees = await treesByText()
  for (const text of texts) expect(trees[text]).toEqual({ tree: parseQuery(text), grammar: GRAMMAR_VERSION })
})

test('a locked query is skipped without waiting, and parsed at the next start', async () => {
  await add(['held', 'free'], 0)
  await world.db.$transaction(async (tx) => {
    await tx.$queryRaw`select 1 from query where text = 'held' for update`
    await recompileQueries(world.deps)
  })
  const grammars = async () =>
    Object.entries(await treesByText()).map(([text, { grammar }]) => [text, grammar])
  expect(new Map((await grammars()) as [string, number][])).toEqual(
    new Map([
      ['held', 0],
      ['free', GRAMMAR_VERSION],
    ]),
  )
  await recompileQueries(world.deps)
  expect((await treesByText()).held!.grammar).toBe(GRAMMAR_VERSION)
})

test('parsing queries again ends when it is aborted or the database fails, without an error', async () => {
  await add(['one'], 0)
  await recompileQueries(world.deps, { signal: AbortSignal.abort() })
  expect((await treesByText()).one!.grammar).toBe(0)
  await world.db.$executeRawUnsafe('alter table query rename to query_away')
  await recompileQueries(world.deps)
  await world.db.$executeRawUnsafe('alter table query_away rename to query')
  expect(lines()).toMatchObject([{ event: 'queries.failed', level: 'warn' }])
})
