/** Words about one's own account, in English. */
export const accountEn = {
  title: 'Your account',
  wrongPassword: 'That is not your password. Check it and try again.',
  failures: {
    'password-too-short': 'The new password is too short: at least 10 characters.',
    'password-too-common': 'This password is among the first that anybody would try. Choose another.',
    'password-same': 'The new password is the old one.',
  },
  password: {
    title: 'Password',
    text: 'At least 10 characters. A short sentence that only you would say is easy to remember and hard to guess; digits and signs are not needed.',
    old: 'Password now',
    fresh: 'New password',
    again: 'New password once more',
    action: 'Change the password',
    working: 'Changing the password…',
    missing: 'Fill in all three fields.',
    differ: 'The two new passwords differ. Type the new one again.',
    done: 'Your password is changed. The old one opens nothing from now on, as soon as the other devices have heard of it.',
    show: 'Show passwords',
  },
};
