import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { table } from '../../../src/operator/operations/text-table.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const TOP = 10

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

/** The functions of a .cpuprofile that took most time themselves, in microseconds per email. */
export function topCosts(file: string, emails: number): string {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const sums = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const name = names.get(id)!
    sums.set(name, (sums.get(name) ?? 0) + timeDeltas[i]!)
  }
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0)
  const rows = [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOP)
    .map(([name, sum]) => [name, (sum / emails).toFixed(1), `${((100 * sum) / total).toFixed(1)} %`])
  return `${file}\n${table(['function', 'µs per email', 'of the thread'], rows)}`
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || 'anonymous'
  if (!url) return name
  const path = url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : url
  return `${name} ${path.replace(/^node_modules\//, '')}:${lineNumber + 1}`
}
