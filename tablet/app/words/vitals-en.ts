/** Words of vital signs and scores, in English. */
import { plural } from './plural.ts';

export const vitalsEn = {
  news: {
    name: 'NEWS2',
    none: 'No score',
    incomplete: 'incomplete',
    levels: { none: 'Low', low: 'Low', 'low-medium': 'Low–medium', medium: 'Medium', high: 'High' },
    /** After an arrow that everybody sees; the first word is for screen readers. */
    trends: { rising: 'Up', falling: 'Down', steady: 'Same' },
    from: (score: number) => `from ${score}`,
    response: {
      none: 'Observe at least every 12 hours.',
      low: 'Observe every 4 to 6 hours.',
      'low-medium': 'A single value scores 3: observe every hour, urgent review by the ward team.',
      medium: 'Observe every hour, urgent review.',
      high: 'Observe without pause, call the emergency team.',
    },
    aid: 'A decision aid, not a decision. Not under 16 years, not in pregnancy.',
    points: (n: number) => plural(n, 'point', 'points'),
    missing: (names: string) => `Still missing for a full score: ${names}`,
    scale2: 'SpO₂ scale 2 prescribed',
    scale2Short: 'scale 2',
    notAdult: 'NEWS2 is for people of 16 years and over. The score does not apply to this patient.',
  },

  vitals: {
    respiratoryRate: { name: 'Respirations', short: 'Resp' },
    spo2: { name: 'Oxygen saturation', short: 'SpO₂' },
    oxygen: { name: 'Air or oxygen', short: 'O₂' },
    bloodPressure: { name: 'Blood pressure', short: 'BP' },
    systolic: { name: 'Systolic blood pressure', short: 'Systolic' },
    diastolic: { name: 'Diastolic blood pressure', short: 'Diastolic' },
    heartRate: { name: 'Pulse', short: 'Pulse' },
    consciousness: { name: 'Consciousness', short: 'ACVPU' },
    temperature: { name: 'Temperature', short: 'Temp' },
    pain: { name: 'Pain, 0 to 10', short: 'Pain' },
    weight: { name: 'Weight', short: 'Weight' },
    height: { name: 'Height', short: 'Height' },
    bloodGlucose: { name: 'Blood glucose', short: 'Glucose' },
  },

  consciousness: {
    alert: { letter: 'A', name: 'Alert' },
    confusion: { letter: 'C', name: 'New confusion' },
    voice: { letter: 'V', name: 'Voice' },
    pain: { letter: 'P', name: 'Pain' },
    unresponsive: { letter: 'U', name: 'Unresponsive' },
  },

  oxygen: {
    air: 'Air',
    oxygen: 'Oxygen',
    litres: 'Flow',
    device: 'Device',
    noDevice: 'Not stated',
    /** `value` is what the record holds, the same in every language. */
    devices: [
      { value: 'Nasal cannula', name: 'Nasal cannula' },
      { value: 'Simple mask', name: 'Simple mask' },
      { value: 'Venturi mask', name: 'Venturi mask' },
      { value: 'Reservoir mask', name: 'Reservoir mask' },
      { value: 'High-flow nasal', name: 'High-flow nasal' },
      { value: 'CPAP', name: 'CPAP' },
      { value: 'NIV', name: 'NIV' },
    ],
  },

  observations: {
    title: 'Observations',
    empty: 'No observations in this stay.',
    table: 'Table of observations',
    charts: 'Charts',
    range: 'Period',
    ranges: { day: '24 hours', days: '3 days', stay: 'Whole stay' },
    rangeEmpty: 'Nothing was measured in this period.',
    time: 'Time',
    by: 'By',
    action: 'Correct',
    chartLabel: (name: string, latest: string, count: number) =>
      `Chart of ${name}. Latest ${latest}. ${plural(count, 'value', 'values')}; the same values are in the table.`,
    showMore: (n: number) => `Show ${n} earlier`,
  },

  observe: {
    title: 'Record observations',
    time: 'Time of the observations',
    was: (value: string, when: string) => `was ${value} · ${when}`,
    noPrevious: 'no earlier value',
    more: 'More measurements',
    save: 'Save observations',
    saving: 'Saving…',
    saved: (score: number | null) => (score === null ? 'Observations saved' : `Observations saved. NEWS2 ${score}`),
    clear: 'Clear the form',
    draft: 'Draft, kept sealed for you',
    notANumber: 'This is not a number.',
    unusual: (value: string, low: string, high: string) =>
      `${value} is unusual (expected ${low} to ${high}). Is it right?`,
    crossed: 'Diastolic is not below systolic. Is it right?',
    confirm: (value: string) => `Yes, ${value} is right`,
    confirmed: 'Checked by you',
    unanswered: 'Check the values with a question first.',
    nothing: 'Enter at least one value.',
    scorePanel: 'NEWS2 of what you typed',
  },
};
