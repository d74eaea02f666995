/** Why people are on the demonstration ward: reasons, what goes with them, and what is prescribed. */
import { SYSTEMS } from '../codes.ts';
import type { Allergy, Coded, MedicationOrder } from '../model.ts';

const snomed = (code: string, display: string): Coded => ({ system: SYSTEMS.snomed, code, display });

export interface OrderPlan {
  readonly drug: string;
  readonly dose: string;
  readonly route: 'oral' | 'intravenous' | 'subcutaneous' | 'inhaled' | 'nebulised';
  readonly kind: NonNullable<MedicationOrder['kind']>;
  readonly schedule: string;
  readonly times?: readonly string[];
  readonly reason?: string;
  /** Not given to somebody allergic to this substance; `instead` is ordered then. */
  readonly contains?: string;
  readonly instead?: OrderPlan;
  /** Withheld when the systolic pressure is low. */
  readonly lowersPressure?: true;
}

export interface Case {
  readonly reason: Coded;
  readonly ages: readonly [number, number];
  readonly presenting: string;
  readonly examination: string;
  readonly plan: readonly string[];
  readonly improving: readonly string[];
  readonly worsening: string;
  /** Long-standing conditions that go with it; some are drawn. */
  readonly background: readonly Coded[];
  /** What full severity adds to the patient's own normal values. */
  readonly sick: { readonly respiratoryRate: number; readonly spo2: number; readonly systolic: number; readonly heartRate: number; readonly temperature: number; readonly pain: number };
  readonly orders: readonly OrderPlan[];
  /** C-reactive protein and white cells at full severity, creatinine and haemoglobin factors. */
  readonly laboratory: { readonly crp: number; readonly whiteCells: number; readonly creatinine: number; readonly haemoglobin: number };
  /** SpO2 88–92 % is the target: scale 2 is prescribed. */
  readonly scale2?: true;
  readonly diabetic?: true;
  /** Drugs from home that are not given now. */
  readonly onHold?: readonly string[];
  readonly procedure?: Coded;
}

export const HYPERTENSION = snomed('38341003', 'Hypertension');
const DIABETES = snomed('44054006', 'Type 2 diabetes mellitus');
const FIBRILLATION = snomed('49436004', 'Atrial fibrillation');
const KIDNEY = snomed('433144002', 'Chronic kidney disease stage 3');
const THYROID = snomed('40930008', 'Hypothyroidism');
const ISCHAEMIC = snomed('414545008', 'Ischaemic heart disease');
const LIPIDS = snomed('55822004', 'Hyperlipidaemia');
const OSTEOPOROSIS = snomed('64859006', 'Osteoporosis');
const COPD = snomed('13645005', 'Chronic obstructive pulmonary disease');
const DEPRESSION = snomed('35489007', 'Depressive disorder');
const REFLUX = snomed('235595009', 'Gastro-oesophageal reflux disease');

const TWICE = ['08:00', '20:00'] as const;
const THRICE = ['06:00', '14:00', '22:00'] as const;
const FOUR = ['08:00', '12:00', '18:00', '22:00'] as const;

const PARACETAMOL: OrderPlan = { drug: 'Paracetamol', dose: '1 g', route: 'oral', kind: 'regular', schedule: 'four times a day', times: FOUR, reason: 'pain or fever' };
const MORPHINE: OrderPlan = { drug: 'Morphine sulfate oral solution', dose: '5 mg', route: 'oral', kind: 'prn', schedule: 'when needed, up to every 4 hours', reason: 'severe pain' };
const ENOXAPARIN: OrderPlan = { drug: 'Enoxaparin', dose: '40 mg', route: 'subcutaneous', kind: 'regular', schedule: 'once a day', times: ['18:00'], reason: 'prevention of thrombosis' };
const SALINE: OrderPlan = { drug: 'Sodium chloride 0.9 %', dose: '1 L over 8 hours', route: 'intravenous', kind: 'infusion', schedule: 'continuous, review daily', reason: 'hydration' };
const ONDANSETRON: OrderPlan = { drug: 'Ondansetron', dose: '4 mg', route: 'intravenous', kind: 'prn', schedule: 'when needed, up to every 8 hours', reason: 'nausea' };
const DOXYCYCLINE: OrderPlan = { drug: 'Doxycycline', dose: '100 mg', route: 'oral', kind: 'regular', schedule: 'twice a day', times: TWICE, reason: 'infection; allergic to penicillin' };
const DOXYCYCLINE_FOR_CHEST: OrderPlan = { ...DOXYCYCLINE, reason: 'infective exacerbation' };
const CO_AMOXICLAV: OrderPlan = { drug: 'Co-amoxiclav', dose: '1.2 g', route: 'intravenous', kind: 'regular', schedule: 'every 8 hours', times: THRICE, reason: 'infection', contains: 'Penicillin', instead: DOXYCYCLINE };
const GENTAMICIN: OrderPlan = { drug: 'Gentamicin', dose: '320 mg', route: 'intravenous', kind: 'stat', schedule: 'once, now', reason: 'infection' };

/** What long-standing conditions are treated with. */
export const HOME_MEDICATION: Readonly<Record<string, OrderPlan>> = {
  [HYPERTENSION.display]: { drug: 'Amlodipine', dose: '5 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'hypertension', lowersPressure: true },
  [DIABETES.display]: { drug: 'Metformin', dose: '500 mg', route: 'oral', kind: 'regular', schedule: 'twice a day with food', times: ['08:00', '18:00'], reason: 'type 2 diabetes' },
  [FIBRILLATION.display]: { drug: 'Bisoprolol', dose: '2.5 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'atrial fibrillation', lowersPressure: true },
  [THYROID.display]: { drug: 'Levothyroxine', dose: '75 microgram', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['06:00'], reason: 'hypothyroidism' },
  [ISCHAEMIC.display]: { drug: 'Aspirin', dose: '75 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'ischaemic heart disease' },
  [LIPIDS.display]: { drug: 'Atorvastatin', dose: '20 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['22:00'], reason: 'hyperlipidaemia' },
  [OSTEOPOROSIS.display]: { drug: 'Colecalciferol', dose: '800 unit', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'bone health' },
  [COPD.display]: { drug: 'Tiotropium', dose: '18 microgram', route: 'inhaled', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'COPD' },
  [DEPRESSION.display]: { drug: 'Sertraline', dose: '50 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'depression' },
  [REFLUX.display]: { drug: 'Omeprazole', dose: '20 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['06:00'], reason: 'reflux' },
};

export const ALLERGIES: readonly Omit<Allergy, 'recorded'>[] = [
  { substance: snomed('764146007', 'Penicillin'), category: 'medication', type: 'allergy', criticality: 'high', status: 'active', verification: 'confirmed', reactions: { r1: { manifestation: 'Urticaria and facial swelling', severity: 'severe' } } },
  { substance: snomed('387494007', 'Codeine'), category: 'medication', type: 'intolerance', criticality: 'low', status: 'active', reactions: { r1: { manifestation: 'Nausea and vomiting', severity: 'moderate' } } },
  { substance: snomed('387170002', 'Trimethoprim'), category: 'medication', type: 'allergy', criticality: 'low', status: 'active', reactions: { r1: { manifestation: 'Rash', severity: 'mild' } } },
  { substance: snomed('111088007', 'Latex'), category: 'environment', type: 'allergy', criticality: 'low', status: 'active', reactions: { r1: { manifestation: 'Contact dermatitis', severity: 'mild' } } },
  { substance: snomed('762952008', 'Peanut'), category: 'food', type: 'allergy', criticality: 'high', status: 'active', verification: 'confirmed', reactions: { r1: { manifestation: 'Anaphylaxis', severity: 'severe' } } },
  { substance: snomed('387207008', 'Ibuprofen'), category: 'medication', type: 'intolerance', criticality: 'high', status: 'active', reactions: { r1: { manifestation: 'Bronchospasm', severity: 'moderate' } } },
];

export const CASES: readonly Case[] = [
  {
    reason: snomed('385093006', 'Community acquired pneumonia'), ages: [48, 90], background: [HYPERTENSION, DIABETES, REFLUX, LIPIDS],
    presenting: 'Four days of productive cough, fever and pleuritic pain on the right.', examination: 'Bronchial breathing and coarse crackles at the right base. Chest X-ray: right lower lobe consolidation.',
    plan: ['IV antibiotics for 48 hours, then review for oral switch.', 'Oxygen to keep SpO2 at 94–98 %.', 'Sputum and blood cultures sent.'],
    improving: ['Cough looser, less sputum.', 'Afebrile since last night, eating small meals.', 'Oxygen weaned as tolerated.'], worsening: 'More breathless, speaking in short sentences, rising oxygen requirement.',
    sick: { respiratoryRate: 11, spo2: -8, systolic: -24, heartRate: 36, temperature: 2.3, pain: 3 },
    orders: [CO_AMOXICLAV, PARACETAMOL, ENOXAPARIN], laboratory: { crp: 240, whiteCells: 12, creatinine: 1.3, haemoglobin: 1 },
  },
  {
    reason: snomed('195951007', 'Acute exacerbation of chronic obstructive airways disease'), ages: [55, 84], background: [COPD, ISCHAEMIC, DEPRESSION], scale2: true,
    presenting: 'Three days of increasing breathlessness and wheeze with green sputum. Two admissions this winter.', examination: 'Widespread expiratory wheeze, prolonged expiration. Compensated hypercapnia on the blood gas.',
    plan: ['Controlled oxygen by Venturi mask, target 88–92 %, SpO2 scale 2.', 'Nebulised bronchodilators, prednisolone for five days.', 'Repeat blood gas if drowsy.'],
    improving: ['Wheeze settling, peak flow up.', 'Walked to the bathroom with one rest.', 'Inhaler technique checked and improved.'], worsening: 'Tiring, using accessory muscles, drowsier than this morning.',
    sick: { respiratoryRate: 10, spo2: -6, systolic: 8, heartRate: 30, temperature: 0.9, pain: 1 },
    orders: [
      { drug: 'Salbutamol', dose: '2.5 mg', route: 'nebulised', kind: 'regular', schedule: 'four times a day', times: FOUR, reason: 'bronchospasm' },
      { drug: 'Prednisolone', dose: '30 mg', route: 'oral', kind: 'regular', schedule: 'once a day for five days', times: ['08:00'], reason: 'COPD exacerbation' },
      DOXYCYCLINE_FOR_CHEST, ENOXAPARIN,
    ], laboratory: { crp: 70, whiteCells: 6, creatinine: 1.1, haemoglobin: 1.05 },
  },
  {
    reason: snomed('42343007', 'Congestive heart failure'), ages: [62, 93], background: [ISCHAEMIC, FIBRILLATION, KIDNEY, HYPERTENSION],
    presenting: 'Two weeks of swelling of both legs, cannot lie flat, gained six kilograms.', examination: 'Raised venous pressure, fine crackles to the mid zones, pitting oedema to the thighs.',
    plan: ['IV furosemide, fluid restriction 1.5 L, daily weight.', 'Strict fluid balance; urea and electrolytes daily.', 'Echocardiogram this week.'],
    improving: ['Weight down again today, oedema now to the mid shin.', 'Slept with two pillows.', 'Urine output good.'], worsening: 'Breathless at rest, crackles higher, urine output falling.',
    sick: { respiratoryRate: 9, spo2: -6, systolic: -14, heartRate: 28, temperature: 0.1, pain: 0 },
    orders: [
      { drug: 'Furosemide', dose: '40 mg', route: 'intravenous', kind: 'regular', schedule: 'twice a day', times: ['08:00', '14:00'], reason: 'fluid overload', lowersPressure: true },
      { drug: 'Ramipril', dose: '2.5 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['22:00'], reason: 'heart failure', lowersPressure: true },
      ENOXAPARIN,
    ], laboratory: { crp: 20, whiteCells: 2, creatinine: 1.6, haemoglobin: 0.92 },
  },
  {
    reason: snomed('5913000', 'Fracture of neck of femur'), ages: [70, 96], background: [OSTEOPOROSIS, HYPERTENSION, THYROID, KIDNEY], procedure: snomed('52734007', 'Total replacement of hip'),
    presenting: 'Fell at home on the way to the bathroom, could not get up. No head injury.', examination: 'Left leg shortened and externally rotated before surgery; wound now clean and dry.',
    plan: ['Physiotherapy twice a day, full weight bearing.', 'Regular paracetamol, morphine for breakthrough pain.', 'Bone health and falls assessment.'],
    improving: ['Transferred from bed to chair with one.', 'Wound dry, dressing unchanged.', 'Walked five metres with a frame.'], worsening: 'New confusion since this afternoon, warm wound, not keen to mobilise.',
    sick: { respiratoryRate: 6, spo2: -4, systolic: -26, heartRate: 30, temperature: 1.4, pain: 6 },
    orders: [PARACETAMOL, MORPHINE, ENOXAPARIN], laboratory: { crp: 160, whiteCells: 5, creatinine: 1.2, haemoglobin: 0.72 },
  },
  {
    reason: snomed('68566005', 'Urinary tract infection'), ages: [58, 92], background: [DIABETES, KIDNEY, HYPERTENSION],
    presenting: 'Fever, rigors and loin pain; frequency and dysuria for a week.', examination: 'Tender in the right renal angle. Urine dip positive for nitrites and leucocytes.',
    plan: ['Sepsis bundle done in the emergency department.', 'Antibiotics as charted, adjust to cultures.', 'Fluids, monitor urine output.'],
    improving: ['No rigors overnight.', 'Passing clear urine, drinking well.', 'Up to the day room for lunch.'], worsening: 'Rigor, mottled hands, urine output 15 mL in the last hour.',
    sick: { respiratoryRate: 10, spo2: -3, systolic: -38, heartRate: 42, temperature: 2.4, pain: 4 },
    orders: [GENTAMICIN, CO_AMOXICLAV, SALINE, PARACETAMOL], laboratory: { crp: 280, whiteCells: 14, creatinine: 1.8, haemoglobin: 0.97 }, onHold: ['Metformin'],
  },
  {
    reason: snomed('128045006', 'Cellulitis'), ages: [34, 82], background: [DIABETES, LIPIDS, HYPERTENSION],
    presenting: 'Redness spreading from the ankle to the knee over three days after an insect bite.', examination: 'Warm, tender erythema of the left lower leg, border marked. No crepitus.',
    plan: ['IV antibiotics, leg elevated.', 'Mark the border every day.', 'Check blood glucose before meals.'],
    improving: ['Redness two centimetres inside the marked line.', 'Less painful on walking.', 'Swelling down.'], worsening: 'Redness beyond the marked line with blistering, pain out of proportion.',
    sick: { respiratoryRate: 5, spo2: -1, systolic: -18, heartRate: 28, temperature: 1.8, pain: 5 },
    orders: [CO_AMOXICLAV, PARACETAMOL, ENOXAPARIN], laboratory: { crp: 130, whiteCells: 8, creatinine: 1.05, haemoglobin: 1 },
  },
  {
    reason: snomed('85189001', 'Acute appendicitis'), ages: [19, 55], background: [], procedure: snomed('80146002', 'Appendectomy'),
    presenting: 'A day of pain that moved to the right iliac fossa, with vomiting.', examination: 'Port sites clean, abdomen soft, bowel sounds present.',
    plan: ['Laparoscopic appendicectomy done, perforated tip, washed out.', 'Antibiotics for five days.', 'Free fluids, build up as tolerated.'],
    improving: ['Tolerating a light diet.', 'Passed flatus, pain controlled by paracetamol.', 'Walking in the corridor.'], worsening: 'Abdomen distended and tender, vomited twice, feverish.',
    sick: { respiratoryRate: 6, spo2: -2, systolic: -20, heartRate: 34, temperature: 1.9, pain: 6 },
    orders: [CO_AMOXICLAV, PARACETAMOL, MORPHINE, ONDANSETRON], laboratory: { crp: 150, whiteCells: 10, creatinine: 1, haemoglobin: 0.97 },
  },
  {
    reason: snomed('420422005', 'Ketoacidosis due to diabetes mellitus'), ages: [20, 62], background: [snomed('46635009', 'Type 1 diabetes mellitus')], diabetic: true,
    presenting: 'Vomiting for two days, stopped insulin because not eating. Ketones 5.8 mmol/L on arrival.', examination: 'Dry, deep breathing on arrival, abdomen soft.',
    plan: ['Fixed rate insulin until ketones below 0.6, then own regimen.', 'Hourly glucose and ketones at first.', 'Diabetes nurse to see before discharge.'],
    improving: ['Ketones 0.3, eating.', 'Back on own basal bolus insulin.', 'Sick day rules discussed.'], worsening: 'Vomiting again, glucose rising, deep breathing.',
    sick: { respiratoryRate: 12, spo2: 0, systolic: -22, heartRate: 38, temperature: 0.3, pain: 2 },
    orders: [
      { drug: 'Insulin glargine', dose: '18 unit', route: 'subcutaneous', kind: 'regular', schedule: 'once a day', times: ['22:00'], reason: 'type 1 diabetes' },
      { drug: 'Insulin aspart', dose: '6 unit', route: 'subcutaneous', kind: 'regular', schedule: 'three times a day with meals', times: ['08:00', '12:00', '18:00'], reason: 'type 1 diabetes' },
      SALINE, ONDANSETRON,
    ], laboratory: { crp: 25, whiteCells: 8, creatinine: 1.5, haemoglobin: 1.1 },
  },
  {
    reason: snomed('230690007', 'Cerebrovascular accident'), ages: [56, 89], background: [FIBRILLATION, HYPERTENSION, LIPIDS, DIABETES],
    presenting: 'Woke with weakness of the right arm and slurred speech. CT: no haemorrhage.', examination: 'Right arm 3/5, leg 4/5, mild dysarthria. Swallow assessed: soft diet.',
    plan: ['Aspirin for two weeks, then anticoagulation.', 'Physiotherapy, speech and occupational therapy.', 'Neurological observations with each set.'],
    improving: ['Arm stronger, can hold a cup.', 'Speech clearer.', 'Sat out for two hours.'], worsening: 'Coughing on fluids, chesty, drowsier.',
    sick: { respiratoryRate: 7, spo2: -5, systolic: 18, heartRate: 22, temperature: 1.3, pain: 1 },
    orders: [
      { drug: 'Aspirin', dose: '300 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['08:00'], reason: 'stroke' },
      { drug: 'Atorvastatin', dose: '40 mg', route: 'oral', kind: 'regular', schedule: 'once a day', times: ['22:00'], reason: 'stroke' },
      PARACETAMOL,
    ], laboratory: { crp: 60, whiteCells: 4, creatinine: 1.1, haemoglobin: 1 },
  },
  {
    reason: snomed('74474003', 'Gastrointestinal haemorrhage'), ages: [45, 86], background: [ISCHAEMIC, REFLUX, DEPRESSION], procedure: snomed('76009000', 'Oesophagogastroduodenoscopy'),
    presenting: 'Black stools for two days and light-headed on standing. Took ibuprofen for knee pain.', examination: 'Pale. Endoscopy: duodenal ulcer with visible vessel, clipped and injected.',
    plan: ['IV omeprazole for 72 hours.', 'Haemoglobin daily, transfuse below 70 g/L.', 'No anti-inflammatories. Helicobacter test sent.'],
    improving: ['No further melaena.', 'Haemoglobin stable.', 'Eating soft diet.'], worsening: 'Large melaena, pale and clammy, pulse up and pressure down.',
    sick: { respiratoryRate: 7, spo2: -1, systolic: -42, heartRate: 46, temperature: 0, pain: 2 },
    orders: [
      { drug: 'Omeprazole', dose: '40 mg', route: 'intravenous', kind: 'regular', schedule: 'twice a day', times: TWICE, reason: 'bleeding ulcer' },
      SALINE, ONDANSETRON,
    ], laboratory: { crp: 12, whiteCells: 3, creatinine: 1.2, haemoglobin: 0.58 }, onHold: ['Aspirin'],
  },
  {
    reason: snomed('59282003', 'Pulmonary embolism'), ages: [32, 80], background: [HYPERTENSION, THYROID],
    presenting: 'Sudden pleuritic chest pain and breathlessness ten days after a long flight.', examination: 'Clear chest, calf tender. CT: segmental emboli in both lower lobes, no right heart strain.',
    plan: ['Therapeutic anticoagulation.', 'Oxygen if below 94 %.', 'Plan for anticoagulation clinic.'],
    improving: ['Pain much better.', 'Off oxygen since this morning.', 'Walked the ward without desaturating.'], worsening: 'Collapsed in the bathroom, grey, breathless.',
    sick: { respiratoryRate: 11, spo2: -7, systolic: -30, heartRate: 40, temperature: 0.6, pain: 4 },
    orders: [
      { drug: 'Apixaban', dose: '10 mg', route: 'oral', kind: 'regular', schedule: 'twice a day', times: TWICE, reason: 'pulmonary embolism' },
      PARACETAMOL, MORPHINE,
    ], laboratory: { crp: 45, whiteCells: 3, creatinine: 1, haemoglobin: 1 },
  },
  {
    reason: snomed('197456007', 'Acute pancreatitis'), ages: [30, 74], background: [LIPIDS, HYPERTENSION],
    presenting: 'Severe epigastric pain through to the back since last night, vomiting. Lipase 1,900.', examination: 'Epigastric tenderness, no peritonism. Ultrasound: gallstones.',
    plan: ['Fluids by urine output, analgesia, early feeding.', 'Bloods twice a day for the first two days.', 'Surgical review about gallbladder.'],
    improving: ['Pain 3 of 10, off opioids today.', 'Eating toast.', 'Bloods going the right way.'], worsening: 'Pain 8 of 10, tachycardic, less urine.',
    sick: { respiratoryRate: 8, spo2: -4, systolic: -28, heartRate: 40, temperature: 1.3, pain: 8 },
    orders: [SALINE, MORPHINE, PARACETAMOL, ONDANSETRON, ENOXAPARIN], laboratory: { crp: 210, whiteCells: 11, creatinine: 1.4, haemoglobin: 1.05 },
  },
  {
    reason: snomed('239873007', 'Osteoarthritis of knee'), ages: [55, 83], background: [HYPERTENSION, LIPIDS, REFLUX], procedure: snomed('609588000', 'Total knee replacement'),
    presenting: 'Came in for planned total knee replacement on the right.', examination: 'Wound clean, calf soft, foot warm with good sensation.',
    plan: ['Enhanced recovery: out of bed on the day of surgery.', 'Ice, elevation, knee bend exercises.', 'Home when safe on stairs.'],
    improving: ['Bending to 80 degrees.', 'Stairs with one stick.', 'Pain well controlled.'], worsening: 'Calf swollen and painful, short of breath on walking.',
    sick: { respiratoryRate: 4, spo2: -3, systolic: -12, heartRate: 22, temperature: 0.8, pain: 6 },
    orders: [PARACETAMOL, MORPHINE, ENOXAPARIN], laboratory: { crp: 110, whiteCells: 3, creatinine: 1, haemoglobin: 0.8 },
  },
  {
    reason: snomed('14669001', 'Acute kidney injury'), ages: [60, 90], background: [KIDNEY, HYPERTENSION, DIABETES],
    presenting: 'Poor intake and diarrhoea for a week while taking usual tablets. Creatinine three times baseline.', examination: 'Dry mucosae, no oedema, bladder scan 80 mL.',
    plan: ['IV fluids, stop nephrotoxic drugs.', 'Fluid balance hourly, bloods daily.', 'Renal ultrasound booked.'],
    improving: ['Creatinine falling.', 'Drinking 1.5 L a day.', 'Urine output above 1 mL/kg/h.'], worsening: 'Urine output 10 mL/h, potassium rising, drowsy.',
    sick: { respiratoryRate: 6, spo2: -2, systolic: -22, heartRate: 24, temperature: 0.2, pain: 1 },
    orders: [SALINE, ENOXAPARIN], laboratory: { crp: 35, whiteCells: 3, creatinine: 3.4, haemoglobin: 0.9 }, onHold: ['Metformin', 'Amlodipine'],
  },
];
