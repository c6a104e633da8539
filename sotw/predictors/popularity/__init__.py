"""How popular a track of a catalogue is: system E, whole and honest."""
