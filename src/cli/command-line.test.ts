import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPTION_KEYS, optionName } from '../server/options.js';
import { parseCommandLine } from './command-line.js';
import { helpText } from './help-text.js';

describe('the command line', () => {
  it('starts a broker when it names no command', () => {
    assert.deepEqual(parseCommandLine([]), { command: 'start', flags: new Map(), configFile: undefined });
  });

  it('takes values after a blank or an equals sign; the last one counts', () => {
    const { flags } = parseCommandLine(['--amqp-port', '1', '--kafka-port=off', '--amqp-port=0']);
    assert.deepEqual(
      [...flags],
      [
        ['amqp-port', '0'],
        ['kafka-port', 'off'],
      ],
    );
  });

  it('keeps the config file apart from the options', () => {
    assert.equal(parseCommandLine(['verify', '--config', 'a.toml']).configFile, 'a.toml');
    assert.equal(parseCommandLine(['verify', '--config', 'a.toml']).command, 'verify');
  });

  it('answers help and version whatever else is there', () => {
    assert.equal(parseCommandLine(['--host', 'x', '-h']).command, 'help');
    assert.equal(parseCommandLine(['verify', '--version']).command, 'version');
  });

  for (const [args, sentence] of [
    [['--amqp-prt', '0'], /no option --amqp-prt; did you mean --amqp-port\?/],
    [['-x'], /no option -x$/],
    [['--host'], /--host needs a value/],
    [['--host', '--amqp-port', '0'], /--host needs a value/],
    [['strat'], /no command strat; did you mean start\?/],
    [['start', 'verify'], /One command at a time/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => parseCommandLine(args), { name: 'OptionError', message: sentence });
    });
  }

  it('lists every option with its variable in the help text', () => {
    const help = helpText('1.2.3');
    for (const key of OPTION_KEYS) assert.match(help, new RegExp(`--${optionName(key)} `));
    assert.match(help, /ROSETTAMQ_DATA_DIR/);
    assert.match(help, /rosettamq 1\.2\.3/);
  });
});
