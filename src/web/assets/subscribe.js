// Sets the browser's time zone, and updates the text about hour, zone and days. The form works without this script.
{
  const form = document.getElementById('subscribe')
  const line = document.getElementById('when')
  const zone = form?.elements.namedItem('zone')
  const names = ['hour', 'zone', 'days', 'pace', 'weekday']

  const chosen = () => [...new FormData(form)].filter(([name]) => names.includes(name))

  const say = async (settings) => {
    const answer = await fetch(`/subscribe/when?${new URLSearchParams(settings)}`)
    if (answer.ok && line) line.textContent = await answer.text()
    return answer
  }

  // A browser may call Asia/Kolkata by an older name. Looking for that makes a format for each option, so it is last.
  const isOlderNameOf = (own) => {
    const nameOf = (timeZone) => new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
    return ({ value }) => {
      try {
        return nameOf(value) === own
      } catch {
        return false
      }
    }
  }

  const optionOf = (own) => {
    const options = [...(zone.options ?? [])]
    return options.find(({ value }) => value === own) ?? options.find(isOlderNameOf(own))
  }

  const fillIn = async () => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    const before = zone.value
    if (!own || !('ours' in zone.dataset)) return
    const settings = chosen().map(([name, value]) => [name, name === 'zone' ? own : value])
    // Keep the zone that the reader chose in the meantime.
    if (!(await say(settings)).ok || zone.value !== before) return
    const { value = own } = optionOf(own) ?? {}
    zone.value = value
    if (zone.value !== value) zone.add(new Option(own, own, true, true))
    fold()
  }

  // On a phone hour, zone and number are folded behind one line.
  const folded = document.getElementById('folded-text')
  const fold = () => {
    if (!folded) return
    const textOf = (name) => form.elements.namedItem(name).selectedOptions[0]?.text.replace(/ \(.*/, '') ?? ''
    folded.textContent = folded.dataset.sentence
      .replace('{hour}', textOf('hour'))
      .replace('{zone}', textOf('zone'))
      .replace('{papers}', textOf('max'))
  }

  const follow = async () => {
    const { status } = await say(chosen())
    if (status === 422) line.textContent = ''
  }

  if (line) {
    form.addEventListener('change', ({ target }) => {
      fold()
      if (names.includes(target.name)) follow().catch(() => {})
    })
  }
  if (zone) fillIn().catch(() => {})
}
