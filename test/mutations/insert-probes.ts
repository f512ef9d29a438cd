import { dirname, relative } from 'node:path'
import { ancestorsOf, nameOf, type SourceFile, type SyntaxNode } from '../support/source-files.ts'
import { child, isFunction } from './mutation.ts'

// Probes are calls of `reached` in the code of mutants, so that a recording shows which tests execute it.

/** What is probed: a statement, or the expression that an arrow function returns. */
interface Point {
  file: SourceFile
  node: SyntaxNode
}

interface Probed {
  /** Under src/. */
  path: string
  position: number
}

const isInFunction = (node: SyntaxNode): boolean => ancestorsOf(node).some(isFunction)

const isStatement = ({ type, parent }: SyntaxNode): boolean =>
  (/Statement$/.test(type) && type !== 'BlockStatement') ||
  (type === 'VariableDeclaration' && /^(BlockStatement|SwitchCase)$/.test(parent!.type))

/** The point at which a node is executed; undefined if that is when its file is loaded. */
function pointOf(node: SyntaxNode): SyntaxNode | undefined {
  const { parent } = node
  if (!parent) return undefined
  if (isStatement(node) && isInFunction(node)) return node
  if (!isFunction(parent)) return pointOf(parent)
  const body = child(parent, 'body')
  return body.type === 'BlockStatement' ? ((body.body as SyntaxNode[])[0] ?? pointOf(parent)) : body
}

function innermostAt({ nodes }: SourceFile, position: number): SyntaxNode {
  return nodes.findLast(({ start, end }) => start <= position && position < end)!
}

/** The names that a statement at the left margin declares. */
function declaredBy(statement: SyntaxNode): string[] {
  const declaration = (statement.declaration as SyntaxNode | undefined) ?? statement
  const declarators = (declaration.declarations as SyntaxNode[] | undefined) ?? [declaration]
  return declarators.flatMap((one) => nameOf(one) ?? [])
}

/** Where functions use what a statement at the left margin declares, also through other constants. */
function usesOf(file: SourceFile, statement: SyntaxNode, all: readonly SourceFile[]): Point[] {
  const found: Point[] = []
  const seen = new Set<SyntaxNode>()
  const visit = (owner: SourceFile, top: SyntaxNode): void => {
    if (seen.has(top)) return
    seen.add(top)
    const names = declaredBy(top)
    for (const user of [owner, ...all.filter(({ imports }) => imports.includes(owner.path))])
      for (const node of user.nodes) {
        if (node.type !== 'Identifier' || !names.includes(String(node.name))) continue
        const outermost = [node, ...ancestorsOf(node)].at(-2)!
        if (outermost === top || outermost.type === 'ImportDeclaration') continue
        const point = pointOf(node)
        if (point) found.push({ file: user, node: point })
        else visit(user, outermost)
      }
  }
  visit(file, statement)
  return found
}

function pointsFor({ path, position }: Probed, all: readonly SourceFile[]): Point[] {
  const file = all.find((one) => one.path === path)!
  const node = innermostAt(file, position)
  const point = pointOf(node)
  return point ? [{ file, node: point }] : usesOf(file, [node, ...ancestorsOf(node)].at(-2)!, all)
}

function withProbes({ path, text }: SourceFile, numbers: Map<SyntaxNode, Set<number>>): string {
  const inserted = [...numbers].flatMap(([node, set]) => {
    const call = `probeReached(${[...set].join(', ')})`
    if (!isStatement(node)) return insertions(node, `(${call}, `, ')')
    const isInList = /^(BlockStatement|SwitchCase)$/.test(node.parent!.type)
    return isInList ? insertions(node, `${call};`, '') : insertions(node, `{${call};`, '}')
  })
  // At the same position, what ends comes before what begins, and the inner end before the outer one.
  inserted.sort((one, other) => one.at - other.at || one.order - other.order)
  let from = 0
  const parts = inserted.map(({ at, added }) => {
    const part = text.slice(from, at) + added
    from = at
    return part
  })
  const probe = relative(dirname(`src/${path}`), 'test/mutations/probe.ts')
  return `${parts.join('')}${text.slice(from)}\nimport { reached as probeReached } from '${probe}'\n`
}

const insertions = ({ start, end }: SyntaxNode, before: string, after: string) => [
  { at: start, added: before, order: 0 },
  { at: end, added: after, order: -1 - start },
]

/** The files with probes, by path; the nth of `probed` has the number n. */
export function insertProbes(probed: readonly Probed[], all: readonly SourceFile[]): Map<string, string> {
  const byFile = new Map<SourceFile, Map<SyntaxNode, Set<number>>>()
  for (const [number, one] of probed.entries())
    for (const { file, node } of pointsFor(one, all)) {
      const inFile = byFile.get(file) ?? new Map<SyntaxNode, Set<number>>()
      byFile.set(file, inFile.set(node, (inFile.get(node) ?? new Set()).add(number)))
    }
  return new Map([...byFile].map(([file, numbers]) => [file.path, withProbes(file, numbers)]))
}
