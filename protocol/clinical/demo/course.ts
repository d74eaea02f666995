/** How ill somebody is over the days, and what is measured then. */
import type { ObservationSet } from '../model.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Case } from './cases.ts';

export type Course = 'improving' | 'slow' | 'stable' | 'relapse' | 'deteriorating';

/** In a ward of twelve: so many of each, so that every board has something to look at. */
export const COURSES: readonly Course[] = [
  'improving', 'stable', 'improving', 'slow', 'deteriorating', 'improving', 'stable', 'relapse', 'improving', 'slow', 'stable', 'improving',
];

/** Severity from 0 (well) to 1 (critically ill), `hours` after admission and `left` hours before now. */
export function severityAt(course: Course, hours: number, left: number): number {
  switch (course) {
    case 'improving': return 0.22 + 0.5 * Math.exp(-hours / 40);
    case 'slow': return 0.44 + 0.24 * Math.exp(-hours / 60);
    case 'stable': return 0.25 + 0.14 * Math.exp(-hours / 30);
    case 'relapse': return 0.26 + 0.4 * Math.exp(-hours / 22) + 0.5 * Math.exp(-(((left - 20) / 9) ** 2));
    case 'deteriorating': return 0.2 + 0.3 * Math.exp(-hours / 20) + 0.9 * smoothStep((13 - left) / 12);
  }
}

export interface Normal {
  readonly respiratoryRate: number;
  readonly spo2: number;
  readonly systolic: number;
  readonly heartRate: number;
  readonly temperature: number;
  readonly weight: number;
}

export function normalValues(random: SeededRandom, age: number, hypertensive: boolean, scale2: boolean): Normal {
  return {
    respiratoryRate: random.between(14, 18),
    spo2: scale2 ? random.between(91, 92) : random.between(95, 98),
    systolic: random.between(116, 132) + (age > 65 ? 6 : 0) + (hypertensive ? 10 : 0),
    heartRate: random.between(66, 88),
    temperature: 36.4 + random.between(0, 5) / 10,
    weight: random.between(520, 960) / 10,
  };
}

export type Measured = Omit<ObservationSet, 'at' | 'author'>;

/** One round of observations. `confusable` people become confused when very ill. */
export function measure(random: SeededRandom, patient: { normal: Normal; illness: Case; confusable: boolean }, severity: number): Measured {
  const { normal, illness: { sick, scale2 } } = patient;
  const value = (name: keyof Case['sick'] & keyof Normal, noise: number): number => normal[name] + sick[name] * severity + noise * random.normal();
  const onAir = value('spo2', 0.6);
  const target = scale2 ? 88 : 94;
  const oxygen = onAir < target - 0.3;
  const litres = Math.min(15, Math.max(1, Math.round((target + 1 - onAir) * 0.7)));
  const lift = oxygen ? Math.min(litres * 1.3, target + (scale2 ? 2 : 1.5) - onAir) : 0;
  const systolic = Math.round(value('systolic', 5));
  const consciousness = severity > 0.95 && random.chance(0.6) ? 'voice' : patient.confusable && severity > 0.72 ? 'confusion' : 'alert';
  return {
    respiratoryRate: Math.round(value('respiratoryRate', 0.8)),
    spo2: Math.min(100, Math.round(onAir + lift)),
    spo2Scale: scale2 ? 2 : 1,
    oxygen: oxygen
      ? { supplemental: true, litresPerMinute: scale2 ? Math.min(litres, 4) : litres, device: scale2 ? 'Venturi mask' : litres <= 4 ? 'nasal cannulae' : litres <= 10 ? 'simple face mask' : 'reservoir mask' }
      : { supplemental: false },
    systolic,
    diastolic: Math.round(systolic * 0.58 + 3 * random.normal()),
    heartRate: Math.round(value('heartRate', 4)),
    consciousness,
    temperature: Math.round(value('temperature', 0.18) * 10) / 10,
    pain: Math.max(0, Math.min(10, Math.round(sick.pain * (0.15 + 0.85 * severity) + 0.6 * random.normal()))),
  };
}

function smoothStep(x: number): number {
  const t = Math.max(0, Math.min(1, x));
  return t * t * (3 - 2 * t);
}
