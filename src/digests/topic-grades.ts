import { isDatabaseUnavailable } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import type { TopicQuery } from './digest.repo.ts'

/** What a model that read a paper says about it for a topic. */
interface PaperGrade {
  /** From 0 to 10; it replaces the closeness of the paper. */
  grade: number
  /** One line of plain text; empty if the model gave none. */
  reason: string
  /** The model. */
  by: string
}

/** By the id of the paper. */
export type TopicGrades = ReadonlyMap<number, PaperGrade>

interface GradesRequest {
  topics: readonly TopicQuery[]
  /** The earliest first day of the papers. */
  since: Day
}

declare module '../core/feature.ts' {
  interface Feature {
    /**
     * Grades of papers that come close to topics, by the id of the topic. They decide which papers are related, and never
     * what matches. Only reads what is stored: a digest does not wait for a model.
     */
    readGrades?(deps: Deps, request: GradesRequest): Promise<ReadonlyMap<number, TopicGrades>>
  }
}

/** If a feature fails, its grades are missing; throws only if the database is unavailable. */
export async function readGrades(deps: Deps, request: GradesRequest): Promise<Map<number, TopicGrades>> {
  const grades = new Map<number, TopicGrades>()
  for (const feature of deps.features) {
    try {
      for (const [id, ofTopic] of (await feature.readGrades?.(deps, request)) ?? []) grades.set(id, ofTopic)
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error
      deps.log.error('grades.failed', { what: errorText(error) })
    }
  }
  return grades
}
