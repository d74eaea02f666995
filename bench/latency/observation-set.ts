/** One round at the bed, as the app writes it. */
import type { ObservationSet } from '../../protocol/clinical/model.ts';

export function observationSet(number: number): ObservationSet {
  return {
    at: new Date(Date.UTC(2025, 2, 14, 9, number)).toISOString(),
    author: { user: '0123456789abcdef0123456789abcdef', name: 'Nora Quist' },
    respiratoryRate: 12 + (number % 12),
    spo2: 92 + (number % 7),
    spo2Scale: 1,
    oxygen: { supplemental: number % 3 === 0 },
    systolic: 100 + (number % 50),
    diastolic: 60 + (number % 25),
    heartRate: 60 + (number % 60),
    consciousness: 'alert',
    temperature: 36 + (number % 20) / 10,
  };
}
