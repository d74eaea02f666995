/** Invented people of the demonstration ward. Given and family names come from the same part of the world. */
import type { Author, HumanName } from '../model.ts';
import type { SeededRandom } from '../seeded-random.ts';

interface Names {
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly family: readonly string[];
  readonly language: string;
}

const NAMES: readonly Names[] = [
  { language: 'English', female: ['Margaret', 'Eileen', 'Sandra', 'Joyce'], male: ['Kenneth', 'Graham', 'Trevor', 'Alan'], family: ['Whitcombe', 'Hargreaves', 'Ashdown', 'Pickering', 'Lowther', 'Tolland'] },
  { language: 'Hindi', female: ['Sunita', 'Kamala', 'Anjali', 'Meera'], male: ['Rajesh', 'Arvind', 'Suresh', 'Vikram'], family: ['Deshpande', 'Chaudhary', 'Iyer', 'Malhotra', 'Bhattacharya', 'Nair'] },
  { language: 'Spanish', female: ['María Elena', 'Lucía', 'Carmen', 'Pilar'], male: ['José Luis', 'Andrés', 'Ramón', 'Joaquín'], family: ['Quintana Ríos', 'Villanueva', 'Echeverría', 'Salcedo Mora', 'Pizarro', 'Ibáñez'] },
  { language: 'Yoruba', female: ['Folasade', 'Yetunde', 'Abimbola', 'Titilayo'], male: ['Olumide', 'Babatunde', 'Adewale', 'Kayode'], family: ['Adeyemi', 'Ogunleye', 'Akinola', 'Oyelaran', 'Fashola', 'Bamidele'] },
  { language: 'Polish', female: ['Halina', 'Grażyna', 'Danuta', 'Bożena'], male: ['Zbigniew', 'Ryszard', 'Stanisław', 'Krzysztof'], family: ['Wójcik', 'Zielińska-Krawczyk', 'Pawlak', 'Szczepański', 'Gołąb', 'Malinowski'] },
  { language: 'Vietnamese', female: ['Thị Hạnh', 'Thị Lan', 'Ngọc Mai', 'Thu Hà'], male: ['Văn Đức', 'Minh Quân', 'Hữu Phước', 'Quốc Bảo'], family: ['Nguyễn', 'Trần', 'Phạm', 'Võ', 'Đặng', 'Huỳnh'] },
  { language: 'Arabic', female: ['Fatima', 'Khadija', 'Amina', 'Salma'], male: ['Youssef', 'Karim', 'Tariq', 'Hisham'], family: ['El-Masri', 'Haddad', 'Benali', 'Al-Khatib', 'Mansour', 'Zeroual'] },
  { language: 'German', female: ['Ingrid', 'Waltraud', 'Renate', 'Hannelore'], male: ['Jürgen', 'Manfred', 'Dieter', 'Gerhard'], family: ['Köhler', 'Brandstätter', 'Vogelsang', 'Weiß', 'Hinrichsen', 'Oberländer'] },
  { language: 'Portuguese', female: ['Conceição', 'Beatriz', 'Fernanda', 'Rosângela'], male: ['João Pedro', 'Antônio', 'Marcelo', 'Sebastião'], family: ['Figueiredo', 'Cavalcanti', 'Guimarães', 'de Assunção', 'Teixeira', 'Brandão'] },
  { language: 'Tagalog', female: ['Rosario', 'Corazon', 'Imelda', 'Maricel'], male: ['Rodrigo', 'Benigno', 'Ernesto', 'Danilo'], family: ['Dimaculangan', 'Santos-Reyes', 'Magsaysay', 'Panganiban', 'Catacutan', 'Lacson'] },
  { language: 'Amharic', female: ['Tsehay', 'Almaz', 'Hirut', 'Mulu'], male: ['Girma', 'Tesfaye', 'Bekele', 'Dawit'], family: ['Woldemariam', 'Gebreyes', 'Tadesse', 'Haile', 'Mekonnen', 'Asfaw'] },
  { language: 'Japanese', female: ['Haruko', 'Michiko', 'Sachiko', 'Fumiko'], male: ['Kenji', 'Hiroshi', 'Takeshi', 'Shigeru'], family: ['Nakagawa', 'Hoshino', 'Kuroda', 'Fujiwara', 'Ishikawa', 'Morita'] },
];

/** Draws people until the list of families runs out, then begins anew; no two with the same full name before that. */
export function peopleFrom(random: SeededRandom): (sex: 'female' | 'male') => { name: HumanName; language: string } {
  const used = new Set<string>();
  let turn = random.between(0, NAMES.length - 1);
  return (sex) => {
    const culture = NAMES[turn++ % NAMES.length] ?? random.pick(NAMES);
    let name: HumanName;
    let tries = 0;
    do name = { family: random.pick(culture.family), given: random.pick(culture[sex]) };
    while ((used.has(name.family) || used.has(name.given)) && tries++ < 200);
    used.add(name.family).add(name.given);
    return { name, language: culture.language };
  };
}

export interface DemoStaff {
  readonly name: string;
  readonly role: 'nurse' | 'doctor';
  /** User id in hex, when the demonstration ward has such a user. */
  readonly user?: string;
}

export function authorOf({ name, user }: DemoStaff): Author {
  return { ...(user !== undefined && { user }), name };
}

export const DEMO_STAFF: readonly DemoStaff[] = [
  { name: 'Grace Achterberg', role: 'nurse' },
  { name: 'Tomasz Bielak', role: 'nurse' },
  { name: 'Nadia Rahman', role: 'nurse' },
  { name: 'Dr Samuel Okonjo', role: 'doctor' },
  { name: 'Dr Ana Petrovska', role: 'doctor' },
];

export const CONSULTANTS = ['Dr H. Lindqvist', 'Dr P. Venkataraman', 'Dr C. Moreau', 'Dr R. Abara'] as const;
