import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A real mail server in front of the service, which writes reports in its own words. */
export interface Mta {
  port: number
  /** The emails in the mailbox of an address at reader.example. */
  mailsOf(user: string): Buffer[]
  log(): string
  stop(): Promise<void>
}

export interface MtaOptions {
  /**
   * Who has a mailbox at reader.example. Mail to anybody else there is taken as well, and reported as one that cannot be
   * delivered.
   */
  users: readonly string[]
  /** Mail for it is handed to the service, which listens at this port. */
  bounceDomain: string
  listener: number
  /** Where mail for far.example goes on to. */
  nextHop: number
}

/** One of the programs that such a server can be. */
export interface MtaKind<T extends Mta = Mta> {
  name: 'Postfix' | 'Exim' | 'OpenSMTPD'
  /** How it hands mail to the service. */
  channel: 'lmtp' | 'smtp'
  /** Why it cannot be run here; undefined where it can. */
  whyNot(): Promise<string | undefined>
  start(options: MtaOptions): Promise<T>
}

/** Every mail of a Maildir. */
export function mailsIn(maildir: string): Buffer[] {
  const folder = join(maildir, 'new')
  return existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name))) : []
}
