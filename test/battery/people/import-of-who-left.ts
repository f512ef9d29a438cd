import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { runProgram } from '../../support/processes.ts'
import type { BatteryCase, Verdict } from '../battery-case.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'

/** Columns of other programs' exports, and the cell of a person who left. */
const EXPORTS: Record<string, [head: string, cell: string]> = {
  mailchimp: ['Email Address,First Name,Last Name,UNSUB_TIME', 'A,B,2025-01-01 08:00:00'],
  cleaned: ['Email Address,First Name,Last Name,CLEAN_TIME', 'A,B,2025-01-01 08:00:00'],
  ghost: ['email,name,subscribed_to_emails,deleted_at', 'A,false,'],
  substack: ['email,active_subscription,email_disabled', 'false,true'],
  buttondown: ['email_address,tags,type', ',unsubscribed'],
  klaviyo: ['Email,Email Marketing Consent', 'NEVER_SUBSCRIBED'],
  others: ['email,receives_emails,member_status', 'false,lapsed'],
  brevo: ['EMAIL,DOUBLE_OPT-IN', 'No'],
}
const PEOPLE = 20

/** Imports each export through the command, and asks the database who became active. */
async function runImports(part?: WrongPart): Promise<{ refused: number; active: number }> {
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
      `select count(*)::int as active from subscriber where state = 'active'`,
    )
    return { refused, active: rows[0].active }
  } finally {
    await client.end()
    await database.destroy()
    rmSync(folder, { recursive: true })
  }
}

const files = Object.keys(EXPORTS).length
const verdict = (ok: boolean, { refused, active }: { refused: number; active: number }): Verdict => ({
  ok,
  n: `${files} exports with ${PEOPLE} people each`,
  result: `${refused} of ${files} files refused, ${active} active who had left`,
})

/** Exports of other programs, of people who left there, are imported. */
export const importCases: BatteryCase[] = [
  {
    name: 'import-of-who-left',
    fault: 'eight exports of other programs, of people who had left there, imported with --consent',
    invariant: 'each file is refused, no one becomes active',
    run: async () => {
      const outcome = await runImports()
      return verdict(outcome.refused === files && outcome.active === 0, outcome)
    },
  },
  {
    name: 'import-wrong-ignores-who-left',
    fault: 'the same, wrong on purpose: columns that it cannot read are ignored',
    invariant: 'the battery must see who becomes active',
    run: async () => {
      const outcome = await runImports({
        real: 'src/subscribers/import-export/who-left.ts',
        wrong: 'test/battery/people/wrong-parts/ignores-who-left.ts',
      })
      return verdict(outcome.active > 0, outcome)
    },
  },
]
