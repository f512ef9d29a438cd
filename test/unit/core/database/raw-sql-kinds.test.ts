// Plain reads and writes go through Prisma's client. What stays SQL says why: each function in its docstring ("A claim:
// …"), or a file whose statements are of one kind in a comment ("SQL by hand: claims").
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../../../src')
const STATEMENT = /\.\$(?:queryRaw|executeRaw)\b/
const KIND = /\b(claim|lease|bulk write|report)s?\b/g

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  .filter(({ text }) => STATEMENT.test(text))

/** The one kind of all statements of a file, if its comment names it. */
function kindOfFile(text: string): string | undefined {
  const comment = /^\/\/ SQL by hand: .*$/m.exec(text)?.[0] ?? ''
  const kinds = new Set(Array.from(comment.matchAll(KIND), ([, kind]) => kind))
  return kinds.size === 1 ? [...kinds][0] : undefined
}

/** The functions with a statement, and the comment above each. */
function functionsWithSql(text: string): { name: string; comment: string }[] {
  const starts = [...text.matchAll(/^(?:export )?(?:async function|function|const) (\w+)/gm)]
  return starts.flatMap(({ index, 1: name }, i) => {
    if (!STATEMENT.test(text.slice(index, starts[i + 1]?.index))) return []
    return { name: name!, comment: commentAbove(text.slice(0, index)) }
  })
}

function commentAbove(before: string): string {
  const lines = before.split('\n').slice(0, -1)
  const start = lines.findLastIndex((line) => !/^(?:\/\/|\/\*\*| \*)/.test(line))
  return lines.slice(start + 1).join('\n')
}

test('each raw statement says whether it is a claim, a lease, a bulk write or a report', () => {
  const unnamed = files.flatMap(({ path, text }) =>
    kindOfFile(text)
      ? []
      : functionsWithSql(text)
          .filter(({ comment }) => !/\bA (?:claim|lease|bulk write|report)[:.]/.test(comment))
          .map(({ name }) => `${path} ${name}`),
  )
  expect(files.length).toBeGreaterThan(20)
  expect(unnamed).toEqual([])
})

test('the kind is read from the comment of a file and of a function', () => {
  expect(kindOfFile('// SQL by hand: claims of a day.')).toBe('claim')
  expect(kindOfFile('// SQL by hand: bulk writes and reports.')).toBeUndefined()
  const text =
    '/** A lease: for a minute. */\nexport const take = () =>\n  db.$queryRaw`select`\n\nconst rest = 1\n'
  expect(functionsWithSql(text)).toEqual([{ name: 'take', comment: '/** A lease: for a minute. */' }])
})
