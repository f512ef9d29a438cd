import type { Lab } from './lab.ts'
import { need, until } from './typing.ts'

export const texts = ({ relay }: Lab): string[] => relay.mails.map((mail) => mail.toString())

export const header = (mail: string, name: string): string =>
  mail.match(new RegExp(`^${name}: (.*)`, 'im'))?.[1]?.trim() ?? ''

const to = (mail: string): string => header(mail, 'To')

export const messageIds = (lab: Lab): string[] => texts(lab).map((mail) => header(mail, 'Message-ID'))

export async function nextMail(lab: Lab, address: string): Promise<string> {
  const found = await until(
    () => texts(lab).findLast((text) => to(text).includes(address)),
    (mail) => mail !== undefined,
  )
  need(found !== undefined, 'no mail came')
  return found
}
