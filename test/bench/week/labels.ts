import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Sent } from './days.ts'

/** What a reader gave a paper for a topic: 2 is clearly wanted, 1 marginal. */
interface Label {
  topic: string
  title: string
  grade: number
}

export interface Graded {
  isRelated: boolean
  grade: number
}

const file = resolve(import.meta.dirname, 'labels.json')

const storedLabels = (): Record<string, Label[]> =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

/** Those of the papers that were sent and judged. */
export function gradedOf(field: string, sent: readonly Sent[]): Graded[] {
  const grades = new Map(
    (storedLabels()[field] ?? []).map(({ topic, title, grade }) => [nameOf(topic, title), grade]),
  )
  return sent.flatMap(({ topic, paper, isRelated }) => {
    const grade = grades.get(nameOf(topic, paper.title))
    return grade === undefined ? [] : [{ isRelated, grade }]
  })
}

const nameOf = (topic: string, title: string): string => `${topic}\n${title}`

/** Stores the grades of a sample, a JSON array in its order, as the labels of a field. */
export function storeGrades(field: string, [keyFile, gradesFile]: readonly [string, string]): Graded[] {
  const key: (Omit<Label, 'grade'> & { isRelated: boolean })[] = JSON.parse(readFileSync(keyFile, 'utf8'))
  const grades: number[] = JSON.parse(readFileSync(gradesFile, 'utf8'))
  if (key.length !== grades.length) throw new Error(`${key.length} papers have ${grades.length} grades`)
  const labels = key.map(({ topic, title }, i) => ({ topic, title, grade: grades[i]! }))
  writeFileSync(file, `${JSON.stringify({ ...storedLabels(), [field]: labels }, null, 2)}\n`)
  return key.map(({ isRelated }, i) => ({ isRelated, grade: grades[i]! }))
}
