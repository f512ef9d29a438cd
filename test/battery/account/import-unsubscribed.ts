import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { runProgram } from '../../support/processes.ts'
import type { BatteryCase, Verdict } from '../battery-case.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'

/** Columns of exports that the import reads, and the cells of a person who left. */
const KNOWN: Record<string, [head: string, cell: string]> = {
  mailchimp: ['Email Address,First Name,Last Name,UNSUB_TIME', 'A,B,2025-01-01 08:00:00'],
  cleaned: ['Email Address,First Name,Last Name,CLEAN_TIME', 'A,B,2025-01-01 08:00:00'],
  ghost: ['email,name,subscribed_to_emails,deleted_at', 'A,false,'],
  substack: ['email,active_subscription,email_disabled', 'false,true'],
  buttondown: ['email_address,creation_date,type', '2024-01-01,unsubscribed'],
  undeliverable: ['email_address,creation_date,type,undeliverability_date', '2024-01-01,regular,2025-01-01'],
  resigned: ['email_address,creation_date,type,unsubscription_date', '2024-01-01,regular,2025-01-01'],
  fields: ['Email Address,Topics,State,UNSUB_TIME', 'robots,active,2025-01-01 08:00:00'],
  sendy: ['Email,Name,Status', 'A,Marked as spam'],
}
/** Columns of exports that the import cannot read. */
const UNKNOWN: typeof KNOWN = {
  klaviyo: ['Email,Email Marketing Consent', 'NEVER_SUBSCRIBED'],
  others: ['email,receives_emails,member_status', 'false,lapsed'],
  brevo: ['EMAIL,DOUBLE_OPT-IN', 'No'],
}
const EXPORTS = { ...KNOWN, ...UNKNOWN }
const PEOPLE = 20

interface Outcome {
  /** The number of refused files. */
  refused: number
  /** Numbers of people. */
  active: number
  left: number
}

/** Imports each export through the command, and counts who became active. */
async function runImports(part?: WrongPart): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'who-left-'))
  const database = await ownDatabase()
  const client = new pg.Client({ connectionString: database.url })
  try {
    await client.connect()
    let refused = 0
    for (const [name, [head, cell]] of Object.entries(EXPORTS)) {
      const file = join(folder, `${name}.csv`)
      const rows = Array.from({ length: PEOPLE }, (_, n) => `${name}${n}@one.example,${cell}\n`)
      writeFileSync(file, `${head}\n${rows.join('')}`)
      const [program = '', ...args] = programWith(part, 'src/cli.ts')
      const command = [program, ...args, 'subscribers', 'import', file, '--consent', 'an older newsletter']
      const { code } = await runProgram(command, { DATABASE_URL: database.url })
      refused += code === 2 ? 1 : 0
    }
    const { rows } = await client.query(
      `select count(*) filter (where state = 'active')::int as active,
         count(*) filter (where state in ('unsubscribed', 'suppressed'))::int as left from subscriber`,
    )
    return { refused, ...rows[0] }
  } finally {
    await client.end()
    await database.destroy()
    rmSync(folder, { recursive: true })
  }
}

const [known, unknown] = [KNOWN, UNKNOWN].map((exports) => Object.keys(exports).length) as [number, number]
const verdict = (ok: boolean, { refused, active, left }: Outcome): Verdict => ({
  ok,
  n: `${known + unknown} exports with ${PEOPLE} people each`,
  result: `${refused} of ${known + unknown} files refused, ${left} unsubscribed or suppressed, ${active} active although they had left`,
})

/** Exports of other programs, of people who left there, are imported. */
export const importCases: BatteryCase[] = [
  {
    name: 'import-unsubscribed',
    fault: 'imports with --consent of twelve exports of other programs, whose people had left there',
    invariant: 'no one becomes active: a file is read as it is, or refused',
    run: async () => {
      const outcome = await runImports()
      const isRead = outcome.refused === unknown && outcome.left === known * PEOPLE
      return verdict(isRead && outcome.active === 0, outcome)
    },
  },
  {
    name: 'import-unsubscribed-wrong-ignores-unknown-columns',
    fault: 'imports of people who had left elsewhere, which ignore columns that they cannot read',
    invariant: 'must be caught: people who had left become active',
    run: async () => {
      const outcome = await runImports({
        real: 'src/features/import-export/who-left.ts',
        wrong: 'test/battery/account/wrong-parts/ignores-unknown-columns.ts',
      })
      return verdict(outcome.active > 0, outcome)
    },
  },
  {
    name: 'import-unsubscribed-wrong-reads-all-as-active',
    fault: 'imports of people who had left elsewhere, which read every row as active',
    invariant: 'must be caught: people who had left become active',
    run: async () => {
      const outcome = await runImports({
        real: 'src/features/import-export/import-formats.ts',
        wrong: 'test/battery/features/import-export/reads-all-as-active.ts',
      })
      return verdict(outcome.active > 0, outcome)
    },
  },
]
