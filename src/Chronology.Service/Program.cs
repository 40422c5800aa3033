using Chronology.Service.Cli;

return await Commands.RunAsync(args);
