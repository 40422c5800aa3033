using Chronology.Service.Cli;

using var surroundings = Surroundings.OfProcess();
return await Commands.RunAsync(args, surroundings);
