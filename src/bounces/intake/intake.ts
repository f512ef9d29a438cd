import type { ServiceDeps } from '../../core/deps.ts'
import { listenForMail } from './listen-mail.ts'

export interface Intake {
  /** Lets mails that are being taken in end. */
  stop(): Promise<void>
}

/** Opens what the settings name for mail that comes back. Throws config.listener. */
export async function startIntake(deps: ServiceDeps): Promise<Intake> {
  const { BOUNCE_LMTP: lmtp, BOUNCE_SMTP: smtp } = deps.config
  const stops: (() => Promise<void>)[] = []
  const stop = async () => void (await Promise.all(stops.map((one) => one())))
  try {
    if (lmtp) stops.push(await listenForMail(deps, { way: 'lmtp', address: lmtp }))
    if (smtp) stops.push(await listenForMail(deps, { way: 'smtp', address: smtp }))
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}
