import { errorEntries } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

export const channelErrors = {
  ...errorEntries(404, 1, {
    'channel.unknown': 'There is no channel named "{name}". See them: channels list',
  }),
  ...errorEntries(409, 1, {
    'channel.exists': 'There is already a channel named "{name}". Remove it first, or use another name.',
  }),
  ...errorEntries(422, 2, {
    'channel.name':
      'The name of a channel takes up to 40 small letters, digits and hyphens, such as vision-lab.',
    'channel.address': '--url takes {takes}.',
    'channel.secret': '--secret of a {kind} channel takes {takes}.',
    'channel.chat': '--chat takes {takes}.',
  }),
  ...errorEntries(500, 1, {
    'channel.sealed':
      'The address of the channel "{name}" cannot be decrypted: it was stored under another APP_SECRET. Remove the channel and add it again.',
  }),
}

export class ChannelFault extends Fault {
  constructor(code: keyof typeof channelErrors, values: FaultValues = {}) {
    super(channelErrors[code], values)
  }
}
